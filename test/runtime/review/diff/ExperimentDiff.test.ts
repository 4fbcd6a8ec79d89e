import { assert, describe, it } from "@effect/vitest"
import * as Accumulate from "../../../../dsl/Accumulate.ts"
import * as Clip from "../../../../dsl/Clip.ts"
import * as Dataset from "../../../../dsl/Dataset.ts"
import * as Expect from "../../../../dsl/Expect.ts"
import * as LearningRate from "../../../../dsl/LearningRate.ts"
import * as Model from "../../../../dsl/Model.ts"
import * as Optimizer from "../../../../dsl/Optimizer.ts"
import * as Recipe from "../../../../dsl/Recipe.ts"
import * as Retry from "../../../../dsl/Retry.ts"
import * as Warmup from "../../../../dsl/Warmup.ts"
import * as Plan from "../../../../runtime/plan/Plan.ts"
import * as ArmDiff from "../../../../runtime/review/diff/ArmDiff.ts"
import * as ExperimentDiff from "../../../../runtime/review/diff/ExperimentDiff.ts"
import { facts } from "../../plan/facts.ts"
import { base, planned } from "./plans.ts"

const untouched = { seconds: () => null, touched: () => [] }

const between = (before: ReadonlyArray<ExperimentDiff.Found>, after: ReadonlyArray<ExperimentDiff.Found>) =>
  ExperimentDiff.all(before, after, untouched)

const only = (diffs: ReadonlyArray<ExperimentDiff.ExperimentDiff>): ExperimentDiff.ExperimentDiff => {
  const [diff, ...others] = diffs
  return diff === undefined || others.length > 0 ? assert.fail(`not one but ${diffs.length}`) : diff
}

const changedArm = (after: Recipe.Recipe, before = base) => {
  const diff = only(between([planned({ a: before })], [planned({ a: after })]))
  return { status: diff.status, arm: diff.arms[0] ?? assert.fail("no arm") }
}

describe("ExperimentDiff.all", () => {
  it("finds nothing where an experiment says the same, in whichever order", () => {
    const arms = { a: base, b: Recipe.with(base, { clip: Clip.globalNorm(1) }) }
    const expect = [Expect.finite("a"), Expect.diverges("b")] as const
    const before = planned(arms, { seeds: [0, 1], expect })
    const after = planned(arms, { seeds: [1, 0], expect: expect.toReversed() })
    assert.strictEqual(only(between([before], [after])).status, "unchanged")
  })

  it("finds nothing where another unit comes to the same steps", () => {
    const steps = Math.floor(facts.images.train / 8)
    const [one, other] = [Warmup.linear({ epochs: 1 }), Warmup.linear({ steps })]
    assert.strictEqual(changedArm(Recipe.with(base, { warmup: other }), Recipe.with(base, { warmup: one })).status, "unchanged")
  })

  it("says a changed value, and that a run under way cannot go on with it", () => {
    const { arm, status } = changedArm(Recipe.with(base, { schedule: LearningRate.cosine({ peak: 0.02, final: 0.0001 }) }))
    assert.deepStrictEqual([status, arm.status], ["changed", "changed"])
    assert.deepStrictEqual(arm.fields.map(({ path }) => path), ["schedule.peak"])
    assert.match(arm.fields[0]?.restart ?? "", /another learning rate/)
    assert.isNotNull(arm.curve)
  })

  it("takes half a batch twice for another training: batch norm sees half of the images", () => {
    const { arm } = changedArm(Recipe.with(base, { batch: 4, accumulate: Accumulate.batches(2) }))
    assert.deepStrictEqual(arm.fields.map(({ path }) => path).toSorted(), ["accumulate.batches", "batch"])
    assert.isTrue(arm.fields.every(({ restart }) => restart?.includes("taken with other batches")))
    assert.deepStrictEqual(arm.cost.map(({ name }) => name), ["memory"])
  })

  it("names the nodes of another network, its cost, and another optimizer's restart", () => {
    const wider = changedArm(Recipe.with(base, { model: Model.yolo({ size: "s", input: 64 }) })).arm
    assert.isAbove(wider.nodes.length, 10)
    assert.isTrue(wider.nodes.every(({ status }) => status === "changed"))
    assert.isTrue(wider.cost.some(({ name }) => name === "parameters"))
    assert.match(wider.fields[0]?.restart ?? "", /weights have other shapes/)
    const optimizer = changedArm(Recipe.with(base, { optimizer: Optimizer.adamw({ weightDecay: 0.01 }) })).arm
    assert.match(optimizer.fields[0]?.restart ?? "", /another optimizer's/)
  })

  it("says what decides no number, too", () => {
    const { arm, status } = changedArm(Recipe.with(base, { retry: Retry.diagnosed() }))
    assert.strictEqual(status, "changed")
    assert.isTrue(arm.fields.every(({ path, restart }) => path.startsWith("retry") && restart === null))
    assert.deepStrictEqual(arm.nodes, [])
  })

  it("says which findings came, and which went", () => {
    const calm = Recipe.with(base, { clip: Clip.globalNorm(1), warmup: Warmup.linear({ steps: 4 }) })
    const wild = Recipe.with(base, { clip: Clip.off, warmup: Warmup.none })
    const rules = (findings: ReadonlyArray<{ readonly rule: string }>) => findings.map(({ rule }) => rule)
    assert.include(rules(changedArm(wild, calm).arm.findings.came), "clip/off-on-cold-start")
    assert.include(rules(changedArm(calm, wild).arm.findings.went), "clip/off-on-cold-start")
  })

  it("knows data by its fingerprint: what moved to another name is the same, and other files are not", () => {
    const named = (name: string) => Recipe.with(base, { data: Dataset.yolo({ name }) })
    assert.strictEqual(changedArm(named("moved"), named("small")).status, "unchanged")
    const [before] = planned({ a: named("small") }).arms
    if (before === undefined) return assert.fail("no arm")
    const after = Plan.resolveArm("a", named("moved"), { ...facts, fingerprint: "1".repeat(64) })
    const { fields, status } = ArmDiff.between(before, after, () => null)
    assert.deepStrictEqual([status, fields.map(({ path }) => path)], ["changed", ["data.name"]])
    assert.match(fields[0]?.restart ?? "", /other data/)
  })

  it("tells arms that were added, removed and renamed", () => {
    const other = Recipe.with(base, { clip: Clip.globalNorm(1) })
    const diff = only(between([planned({ a: base, old: other })], [planned({ a: base, young: other, more: Recipe.with(base, { batch: 4 }) })]))
    assert.strictEqual(diff.status, "changed")
    assert.deepStrictEqual(diff.arms.map(({ arm, from, status }) => [arm, from, status]), [
      ["a", null, "unchanged"],
      ["young", "old", "renamed"],
      ["more", null, "added"]
    ])
    const fewer = only(between([planned({ a: base, old: other })], [planned({ a: base })]))
    assert.deepStrictEqual(fewer.arms.map(({ arm, status }) => [arm, status]), [["a", "unchanged"], ["old", "removed"]])
  })

  it("knows an experiment again in another file or under another name", () => {
    const moved = only(between([planned({ a: base })], [planned({ a: base }, { file: "experiments/deeper/e.ts" })]))
    assert.deepStrictEqual([moved.status, moved.from], ["renamed", "experiments/e.ts"])
    const named = only(between([planned({ a: base })], [planned({ a: base }, { name: "f" })]))
    assert.deepStrictEqual([named.experiment, named.status, named.from], ["f", "renamed", "e"])
  })

  it("tells experiments that were added, removed and refused, in the order of their names", () => {
    const refused = { kind: "refused", file: "experiments/z.ts", reason: "it waits for ever" } as const
    const diffs = between([planned({ a: base }, { name: "gone", file: "g.ts" })], [
      refused,
      planned({ a: Recipe.with(base, { batch: 2 }) }, { name: "new", file: "n.ts" })
    ])
    assert.deepStrictEqual(diffs.map(({ experiment, status }) => [experiment, status]), [
      ["experiments/z.ts", "refused"],
      ["gone", "removed"],
      ["new", "added"]
    ])
    assert.strictEqual(diffs[0]?.reason, "it waits for ever")
    // Of one that could not be read its file tells that it is gone.
    const [unread] = between([refused], [])
    assert.deepStrictEqual([unread?.experiment, unread?.status, unread?.reason], ["experiments/z.ts", "removed", null])
    assert.deepStrictEqual(between([refused], [refused]).map(({ status }) => status), ["refused"])
    const spoilt = between([planned({ a: base }, { file: "experiments/z.ts" })], [refused])
    assert.deepStrictEqual(spoilt.map(({ status }) => status), ["refused"])
  })

  it("names the helper that an experiment is touched through", () => {
    const touched = () => ["experiments/e.ts", "experiments/shared/base.ts"]
    const after = planned({ a: Recipe.with(base, { batch: 4 }) })
    const [diff] = ExperimentDiff.all([planned({ a: base })], [after], { seconds: () => null, touched })
    assert.deepStrictEqual(diff?.through, ["experiments/shared/base.ts"])
  })
})
