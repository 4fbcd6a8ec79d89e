import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as RunFiles from "../../../runtime/serve/RunFiles.ts"

const inFolder = (use: (run: string, outside: string) => void): void => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-files-"))
  const run = path.join(folder, "run")
  fs.mkdirSync(path.join(run, "attempts/1"), { recursive: true })
  try {
    use(run, path.join(folder, "outside"))
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

describe("RunFiles", () => {
  it("takes regular files in the run's own folder alone", () =>
    inFolder((run, outside) => {
      fs.writeFileSync(outside, "secret")
      fs.writeFileSync(path.join(run, "plan.json"), "{}")
      assert.isTrue(RunFiles.isOwn(run, path.join(run, "plan.json")))
      assert.isFalse(RunFiles.isOwn(run, path.join(run, "none")))
      assert.isFalse(RunFiles.isOwn(run, outside))
      assert.isFalse(RunFiles.isOwn(run, path.join(run, "attempts")))
      fs.symlinkSync(outside, path.join(run, "link"))
      assert.isFalse(RunFiles.isOwn(run, path.join(run, "link")))
      fs.symlinkSync(path.join(run, "plan.json"), path.join(run, "inner"))
      assert.isFalse(RunFiles.isOwn(run, path.join(run, "inner")))
      fs.symlinkSync(path.dirname(outside), path.join(run, "up"))
      assert.isFalse(RunFiles.isOwn(run, path.join(run, "up", "outside")))
      // Whoever opens one would wait for ever.
      spawnSync("mkfifo", [path.join(run, "pipe")])
      assert.isFalse(RunFiles.isOwn(run, path.join(run, "pipe")))
    }))

  it("takes a run whose folder is reached by a link, as that of a home may be", () =>
    inFolder((run, outside) => {
      fs.writeFileSync(path.join(run, "plan.json"), "{}")
      fs.symlinkSync(run, outside)
      assert.isTrue(RunFiles.isOwn(outside, path.join(outside, "plan.json")))
    }))

  it("reads a file and a document as a whole, or not at all where it is longer than one is", () =>
    inFolder((run) => {
      const file = path.join(run, "plan.json")
      fs.writeFileSync(file, "{}")
      const read = () => RunFiles.document(run, "plan.json", () => "read")
      assert.deepStrictEqual([read(), RunFiles.whole(run, file, 2)?.toString(), RunFiles.whole(run, file, 1)], ["read", "{}", null])
      const before = RunFiles.version(run, file)
      fs.truncateSync(file, (16 << 20) + 1)
      assert.deepStrictEqual([read(), RunFiles.document(run, "none.json", () => "read")], [null, null])
      assert.notStrictEqual(RunFiles.version(run, file), before)
      assert.isNull(RunFiles.version(run, path.join(run, "none.json")))
    }))

  it("reads the end of what a process wrote, and no half of a report", () =>
    inFolder((run) => {
      fs.writeFileSync(path.join(run, "attempts/1/process.log"), `${"x".repeat(300_000)}end`)
      const log = RunFiles.processLog(run, 1) ?? ""
      assert.deepStrictEqual([log.length, log.slice(-3)], [256 << 10, "end"])
      assert.isNull(RunFiles.processLog(run, 2))
      fs.writeFileSync(path.join(run, "report.html"), "<p>")
      assert.strictEqual(RunFiles.report(run)?.toString(), "<p>")
      fs.truncateSync(path.join(run, "report.html"), (32 << 20) + 1)
      assert.isNull(RunFiles.report(run))
    }))
})
