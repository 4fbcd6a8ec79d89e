import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
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
        { attempt: RunFolder.attemptOf(job.directory, 4), failing: null, until: Infinity }
      ])
    })))
})
