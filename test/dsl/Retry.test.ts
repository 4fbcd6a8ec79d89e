import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Fault from "../../dsl/Fault.ts"
import * as Issue from "../../dsl/Issue.ts"
import * as Remedy from "../../dsl/Remedy.ts"
import * as Retry from "../../dsl/Retry.ts"
import { retries } from "./recipes.ts"

const issuesOf = (retry: unknown): ReadonlyArray<string> => {
  const decoded = Issue.decode(Retry.Retry, retry)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message, path }) => `${path}: ${message}`)
}

const changes = ["NonFinite", "Diverged", "OutOfMemory", "DataFault", "EngineFault"] as const
const repeats = ["WorkerLost", "Preempted", "Timeout"] as const

const tagsOf = ({ on }: Retry.Retry, faults: ReadonlyArray<keyof Retry.Decisions>): ReadonlyArray<string> =>
  [...new Set(faults.map((fault) => on[fault]._tag))]

describe("Retry", () => {
  it("decides on every fault that there is", () => {
    const faults = Object.values(Fault).map(({ identifier }) => identifier)
    assert.sameMembers(Object.keys(Retry.never.on), faults)
    assert.sameMembers([...changes, ...repeats], faults)
  })

  it("never tries again, climbs, or diagnoses; and tries the same again only where the machine failed", () => {
    const all = [Retry.never, Retry.ladder(Remedy.reorder), Retry.diagnosed()]
    assert.deepStrictEqual(all.map((retry) => tagsOf(retry, changes)), [["Stop"], ["Climb"], ["Diagnose"]])
    assert.deepStrictEqual(all.map((retry) => tagsOf(retry, repeats)), [["Stop"], ["Again"], ["Again"]])
    for (const retry of all) {
      assert.deepStrictEqual(issuesOf(retry), [])
      assert.deepStrictEqual(retry.trials, { steps: 400 })
    }
  })

  it("has defaults that a plan can show", () => {
    assert.deepStrictEqual(Retry.again(), {
      _tag: "Again",
      times: 5,
      first: "1 second",
      factor: 2,
      most: "5 minutes",
      jitter: 0.5
    })
    assert.deepStrictEqual(Retry.again({ times: 2 }), { ...Retry.again(), times: 2 })
    assert.deepStrictEqual(Retry.diagnose(), { _tag: "Diagnose", attempts: 4 })
    const again = Retry.again({ times: 1 })
    const asked = Retry.diagnosed({ attempts: 2, trials: { steps: 0 }, again })
    assert.deepStrictEqual([asked.on.NonFinite, asked.on.Timeout, asked.trials], [
      { _tag: "Diagnose", attempts: 2 },
      again,
      { steps: 0 }
    ])
    assert.deepStrictEqual(Retry.on(Retry.never.on, { trials: { steps: 9 } }), { ...Retry.never, trials: { steps: 9 } })
    assert.deepStrictEqual(Retry.on(Retry.never.on), Retry.never)
  })

  it("climbs rungs in their order, each a remedy or several at once", () => {
    const both = [Remedy.rollBack({ steps: 100 }), Remedy.skipBatches({ steps: 200 })] as const
    const climb = Retry.climb(Remedy.tightenClip(), both, Remedy.reorder)
    assert.deepStrictEqual(climb, { _tag: "Climb", rungs: [[Remedy.tightenClip()], both, [Remedy.reorder]] })
    assert.deepStrictEqual(Retry.ladder(Remedy.tightenClip(), both, Remedy.reorder).on.Diverged, climb)
  })

  it("survives being written as JSON and read again, whatever it is", () => {
    fc.assert(fc.property(retries, (retry) => {
      assert.deepStrictEqual(Result.getOrThrow(Issue.decode(Retry.Retry, JSON.parse(JSON.stringify(retry)))), retry)
    }))
  })

  it("is refused with everything that is wrong with it, each with its path", () => {
    const { NonFinite: _, ...others } = Retry.never.on
    assert.deepStrictEqual(
      issuesOf({
        on: {
          ...others,
          Diverged: { _tag: "Climb", rungs: [] },
          OutOfMemory: { _tag: "Climb", rungs: [[Remedy.halveBatch], []] },
          DataFault: Retry.climb([Remedy.quarantineSample, Remedy.skipBatches({ steps: 0 })]),
          EngineFault: Retry.diagnose({ attempts: 101 }),
          WorkerLost: Retry.again({ times: 0, first: "soon", factor: 0.5, most: "5 min", jitter: 2 }),
          Preempted: Retry.diagnose(),
          Timeout: "again",
          Weather: Retry.stop
        },
        trials: { steps: -1 }
      }),
      [
        `on.Weather: unknown field "Weather"; there are NonFinite, Diverged, OutOfMemory, DataFault, EngineFault, `
        + "WorkerLost, Preempted, Timeout",
        "on.NonFinite: is missing, expected Stop, Climb or Diagnose",
        "on.Diverged.rungs.0: is missing",
        "on.OutOfMemory.rungs.1.0: is missing",
        "on.DataFault.rungs.0.1.steps: expected a whole number above 0, got 0",
        "on.EngineFault.attempts: expected a whole number from 1 to 100, got 101",
        "on.WorkerLost.times: expected a whole number from 1 to 100, got 0",
        `on.WorkerLost.first: expected a time with its unit, such as "30 minutes", of at most 24 days, got "soon"`,
        "on.WorkerLost.factor: expected a number of at least 1, got 0.5",
        `on.WorkerLost.most: expected a time with its unit, such as "30 minutes", of at most 24 days, got "5 min"`,
        "on.WorkerLost.jitter: expected a number from 0 to 1, got 2",
        "on.Preempted: expected Stop or Again, got Diagnose",
        `on.Timeout: expected Stop or Again, got "again"`,
        "trials.steps: expected a whole number of at least 0, got -1"
      ]
    )
    // What did not cure once is never tried unchanged.
    assert.deepStrictEqual(issuesOf({ ...Retry.never, on: { ...Retry.never.on, NonFinite: Retry.again() } }), [
      "on.NonFinite: expected Stop, Climb or Diagnose, got Again"
    ])
  })
})
