/**
 * Runs every part of the repository's check, whatever the others say, and closes with their count. What a part prints
 * is shown where it fails.
 */
import { spawnSync } from "node:child_process"

const parts = ["types", "lint", "rooms", "unused"]

const failed = parts.filter((part) => {
  const { error, status, stderr, stdout } = spawnSync("npm", ["run", "--silent", `check:${part}`], {
    encoding: "utf8",
    maxBuffer: 1 << 28
  })
  if (status === 0) process.stdout.write(`check:${part} passed\n`)
  else process.stdout.write(`${stdout}${stderr}${error?.message ?? ""}\ncheck:${part} failed\n`)
  return status !== 0
})

process.stdout.write(`${parts.length - failed.length} passed, ${failed.length} failed\n`)
process.exitCode = failed.length === 0 ? 0 : 1
