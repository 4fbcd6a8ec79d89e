import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as path from "node:path"
import * as EngineProcess from "../../../runtime/run/EngineProcess.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import { jobIn } from "./jobs.ts"
import { inTemporaryFolder } from "./temporary.ts"

describe("EngineProcess", () => {
  it.live("gives an outcome that blames the host where the events of an attempt do not fit its disk", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { engine, plan: { arm, recipe }, ...job } = yield* jobIn(folder)
      const directory = RunFolder.attemptOf(job.directory, 1)
      fs.mkdirSync(directory, { recursive: true })
      fs.symlinkSync("/dev/full", RunFolder.events(directory))
      const assignment = { ...job, run: job.id, attempt: 1, arm, recipe, directory, from: null, token: "t" }
      const ended = yield* EngineProcess.supervise({ kind: "attempt", engine, assignment }, {
        log: path.join(folder, "process.log")
      })
      const { fault, status } = Result.getOrThrow(ended.result)
      assert.deepStrictEqual([status, fault?.tag, ended.exit], ["failed", "WorkerLost", null])
      assert.match(fault?.message ?? "", /^the disk is full: .*events\.jsonl was not written: ENOSPC/)
    })), 60_000)
})
