import { assert, describe, it } from "@effect/vitest"
import { Clip, Host, Recipe, Trigger } from "../../../../dsl/index.ts"
import * as ExperimentDiff from "../../../../runtime/review/diff/ExperimentDiff.ts"
import * as Triggered from "../../../../runtime/review/diff/Triggered.ts"
import { base, planned } from "./plans.ts"

const asks = { triggers: [Trigger.cron("0 3 * * *"), Trigger.pullRequest] }
const tight = Recipe.with(base, { clip: Clip.globalNorm(0.5) })

/** Names what a change has run. */
const chosen = (before: ReadonlyArray<ExperimentDiff.Found>, after: ReadonlyArray<ExperimentDiff.Found>): ReadonlyArray<string> => {
  const experiments = ExperimentDiff.all(before, after, { seconds: () => null, touched: () => [] })
  const side = { ref: null, commit: null }
  const compared = { base: side, head: side, experiments, besides: [], policy: null }
  const head = { root: "/", project: "", changed: new Set<string>(), experiments: after }
  return Triggered.of({ compared, head }).map(({ definition: { name } }) => name)
}

const from = (after: ExperimentDiff.Planned): ReadonlyArray<string> => chosen([planned({ a: base })], [after])

describe("Triggered", () => {
  it("takes an experiment that asks for it and is new, has an arm more, or trains one otherwise", () => {
    assert.deepStrictEqual(chosen([], [planned({ a: base }, asks)]), ["e"])
    assert.deepStrictEqual(from(planned({ a: base, b: tight }, asks)), ["e"])
    assert.deepStrictEqual(from(planned({ a: tight }, asks)), ["e"])
    assert.deepStrictEqual(from(planned({ a: tight }, { ...asks, name: "other", file: "experiments/other.ts" })), ["other"])
  })

  it("leaves one that does not ask for it, or trains what it did, however that is called, run and judged", () => {
    assert.deepStrictEqual(from(planned({ a: tight }, { triggers: [Trigger.cron("0 3 * * *")] })), [])
    assert.deepStrictEqual(from(planned({ a: tight })), [])
    assert.deepStrictEqual(from(planned({ a: base }, asks)), [])
    assert.deepStrictEqual(from(planned({ b: base }, { ...asks, question: "Why?", seeds: [7] })), [])
    const elsewhere = Recipe.with(base, { host: Host.make({ time: "1 hour" }) })
    assert.deepStrictEqual(from(planned({ a: elsewhere }, asks)), [])
    assert.deepStrictEqual(chosen([planned({ a: base, b: tight })], [planned({ a: base }, asks)]), [])
    assert.deepStrictEqual(chosen([planned({ a: base })], [{ kind: "refused", file: "experiments/e.ts", reason: "no" }]), [])
  })
})
