import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as LastStep from "../../../runtime/serve/LastStep.ts"
import { checkpointEvent } from "../report/events.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { steps, tell } from "./serving.ts"

describe("LastStep", () => {
  it.effect("is the last that the newest attempt has told of, however long its log is", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        assert.isNull(LastStep.of(folder))
        tell(folder, 1, steps(2000))
        const { totalSteps } = steps(1)[0] ?? {}
        assert.deepStrictEqual(LastStep.of(folder), { steps: 2000, totalSteps, loss: 200.9 })
        tell(folder, 1, [checkpointEvent(2000)])
        const log = RunFolder.events(RunFolder.attemptOf(folder, 1))
        fs.appendFileSync(log, `{"kind":"step","step":2001`)
        assert.strictEqual(LastStep.of(folder)?.steps, 2000)
        tell(folder, 2, steps(3, 10, 2))
        assert.deepStrictEqual(LastStep.of(folder), { steps: 13, totalSteps, loss: 1.2 })
      })
    ))

  it.effect("is read from nowhere else", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        tell(path.join(folder, "other"), 1, steps(3))
        const run = path.join(folder, "run")
        fs.mkdirSync(RunFolder.attemptOf(run, 1), { recursive: true })
        fs.symlinkSync(RunFolder.events(RunFolder.attemptOf(path.join(folder, "other"), 1)), RunFolder.events(RunFolder.attemptOf(run, 1)))
        assert.isNull(LastStep.of(run))
      })
    ))

  it.effect("is none where a folder cannot be read, so that a list tells of the others", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        fs.writeFileSync(path.join(folder, "attempts"), "")
        assert.isNull(LastStep.of(folder))
      })
    ))
})
