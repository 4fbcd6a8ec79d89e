import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { lives } from "../../e2e/project.ts"
import { inTemporaryFolder } from "./temporary.ts"

const watch = new URL("../../../runtime/run/ParentWatch.ts", import.meta.url).href

/** Starts the watch, and then blocks its thread for ever. */
const blocked = `
  import { start } from ${JSON.stringify(watch)}
  start()
  // Several looks of the watch, while its parent lives.
  setTimeout(() => {
    process.send("blocked")
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }, 1000)
`

/** Starts that process and tells its number. */
const parent = `
  import { fork } from "node:child_process"
  const child = fork(process.argv[2])
  child.on("message", () => console.log(child.pid))
`

const dies = async (folder: string): Promise<void> => {
  const [first, second] = [path.join(folder, "parent.mjs"), path.join(folder, "blocked.mjs")]
  fs.writeFileSync(first, parent)
  fs.writeFileSync(second, blocked)
  const started = spawn(process.execPath, [first, second], { stdio: ["ignore", "pipe", "inherit"] })
  const [line] = await once(started.stdout, "data") as [Buffer]
  const pid = Number(line)
  assert.isTrue(lives(pid))
  started.kill("SIGKILL")
  while (lives(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe("ParentWatch", () => {
  it.effect("ends a process whose thread is blocked once the one that started it is gone, and not before", () =>
    inTemporaryFolder((folder) => Effect.promise(() => dies(folder))))
})
