import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Course from "../../../runtime/run/Course.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import type { AttemptRecord } from "../../../runtime/run/AttemptRecord.ts"
import { jobIn } from "./jobs.ts"
import { attemptWith, fault, record, remedied, remedy, training } from "./states.ts"
import { inTemporaryFolder } from "./temporary.ts"

/** Where the next attempt begins after some, each with a checkpoint at step 10 times its number. */
const beginningAfter = (past: ReadonlyArray<AttemptRecord>) =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    const job = yield* jobIn(folder, {}, { seed: 3 })
    const { plan } = job
    for (const { result } of past) yield* attemptWith(job.directory, result.number, { checkpoints: [10 * result.number] })
    const course: Course.Course = {
      ...Course.start(job),
      plan: { ...plan, identity: { ...plan.identity, data: null } },
      trainings: [training],
      past
    }
    return yield* Course.beginning(job, course)
  }))

const again = { kind: "again", after: 1, try: 1, of: 5 } as const

describe("Course", () => {
  it.effect("begins at the start, and goes on from the newest checkpoint of all attempts on one recipe", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* beginningAfter([])).step, 0)
      const one = record({ number: 1, status: "failed", fault: fault({ tag: "WorkerLost" }) }, again)
      assert.strictEqual((yield* beginningAfter([one])).step, 10)
      const two = record({ number: 2, from: 10, status: "interrupted" })
      assert.strictEqual((yield* beginningAfter([one, two])).step, 20)
    }))

  it.effect("begins where a remedy says, and goes on from later checkpoints on the changed recipe alone", () =>
    Effect.gen(function*() {
      const one = record({ number: 1, status: "failed", fault: fault(), remedy: remedy(4) }, remedied("/snapshots/step-000004"))
      assert.deepStrictEqual(yield* beginningAfter([one]), { checkpoint: "/snapshots/step-000004", step: 4, remarks: [] })
      const two = record({ number: 2, from: 4, status: "failed", fault: fault({ tag: "WorkerLost" }) }, again)
      assert.strictEqual((yield* beginningAfter([one, two])).step, 20)
    }))

  it.effect("begins at the start where a person had the run begun anew", () =>
    Effect.gen(function*() {
      const one = record({ number: 1, status: "interrupted" }, { kind: "restart" })
      assert.strictEqual((yield* beginningAfter([one])).step, 0)
    }))

  it.effect("gives up what an attempt came to after the step that a later one went back to", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder)
      const past = [
        record({ number: 1, status: "failed", fault: fault({ step: 30 }) }, { kind: "restart" }),
        record({ number: 2, status: "failed", fault: fault({ step: 30 }) }, remedied(null)),
        record({ number: 3, from: 20, status: "failed", fault: fault({ step: 26 }) }, remedied(null)),
        record({ number: 4, from: 5, status: "failed", fault: fault({ step: null }) })
      ]
      assert.deepStrictEqual(Course.forebears(job, past), [
        { attempt: RunFolder.attemptOf(job.directory, 2), failing: 30, until: 5 },
        { attempt: RunFolder.attemptOf(job.directory, 3), failing: 26, until: 5 },
        { attempt: RunFolder.attemptOf(job.directory, 4), failing: 30, until: Infinity }
      ])
    })))

  it.effect("trusts the state at a fault where no step was broken off, be its step named or not", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder)
      const failing = (number: number, changes: Parameters<typeof fault>[0], shown: ReadonlyArray<object> | null = null) => {
        const attempt = RunFolder.attemptOf(job.directory, number)
        if (shown !== null) RunFolder.write(path.join(RunFolder.incident(attempt), "bundle.json"), { samples: shown })
        const past = [record({ number, status: "failed", fault: fault({ step: null, onset: 20, ...changes }) })]
        return Course.forebears(job, past)[0]?.failing
      }
      const batch = { epoch: 0, index: 0, samples: [] }
      assert.strictEqual(failing(1, { tag: "DataFault" }), 20)
      assert.strictEqual(failing(2, { tag: "EngineFault" }, []), 20)
      assert.isNull(failing(3, { tag: "EngineFault" }, [batch]))
      assert.isNull(failing(4, { tag: "OutOfMemory", step: 20 }, [batch]))
      assert.isNull(failing(5, { tag: "OutOfMemory", step: 20 }))
      assert.strictEqual(failing(6, { tag: "OutOfMemory", step: 20, injected: "oom@20" }, [batch]), 20)
    })))
})
