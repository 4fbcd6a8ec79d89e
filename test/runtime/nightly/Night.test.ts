import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type * as Comparison from "../../../runtime/nightly/Comparison.ts"
import type { Measured } from "../../../runtime/nightly/Measured.ts"
import * as Night from "../../../runtime/nightly/Night.ts"
import { baseline, document, measured, sample, samples } from "./made.ts"

const ten = samples([2, 2.01, 2.02, 2.03, 2.04, 2.05, 2.06, 2.07, 2.08, 2.09])
const kept = document(baseline(ten))

const night = (runs: ReadonlyArray<Measured>, repeat: ReadonlyArray<Measured> = [], baselines = [kept]): Night.Document =>
  Night.judge({ baselines, arms: [{ experiment: "cold", arm: "clip", runs, repeat }] })

const runs = (losses: ReadonlyArray<number>, changes: Partial<Measured> = {}): ReadonlyArray<Measured> =>
  samples(losses).map((of) => measured(of, changes))

const verdicts = ({ comparisons }: Night.Document): ReadonlyArray<readonly [string | null, Comparison.Verdict]> =>
  comparisons.map(({ metric, verdict }) => [metric, verdict])

const worse = [3, 3.1, 3.2, 3.3, 3.4]

describe("Night", () => {
  it("finds the same where the same is computed", () => {
    const found = night(runs([2, 2.01, 2.02, 2.03, 2.04]))
    assert.deepStrictEqual(verdicts(found), [["losses", "same"], ["loss", "same"]])
    assert.deepInclude(found, { format: "ballast.nightly/1", verdict: "same" })
    assert.deepInclude(found.comparisons[1], { baseline: 2.045, observed: 2.02, test: "equal", p: 1, samples: { baseline: 10, observed: 5 } })
  })

  it("asks for a repeat of what looks like a regression, and believes it", () => {
    const first = night(runs(worse))
    assert.strictEqual(first.verdict, "undecided")
    assert.deepStrictEqual(Night.toRepeat(first), [{ experiment: "cold", arm: "clip" }])
    const confirmed = night(runs(worse), runs(worse))
    assert.strictEqual(confirmed.verdict, "regressed")
    assert.deepStrictEqual(Night.toRepeat(confirmed), [])
    assert.strictEqual(night(runs(worse), runs([2.1, 2.005, 2.045, 2.055, 2.065])).verdict, "flaky")
  })

  it("takes a repeat of other seeds for none", () => {
    const others = worse.map((loss, index) => measured(sample(index + 20, loss)))
    assert.strictEqual(night(runs(worse), others).verdict, "undecided")
  })

  it("never takes for a regression what trains something else", () => {
    const changed = night(runs(worse, { training: "f".repeat(64) }), runs(worse))
    assert.deepStrictEqual(verdicts(changed), [[null, "changed"]])
    assert.include(changed.comparisons[0]?.reason, "the training is no more what the baseline was made with")
    assert.include(night(runs(worse, { data: "f".repeat(64) })).comparisons[0]?.reason, "the data is")
  })

  it("tells what is new from what is missing", () => {
    assert.deepStrictEqual(verdicts(night(runs(worse), [], [])), [[null, "new"]])
    assert.include(night(runs(worse, { hardware: "NVIDIA H200" })).comparisons[0]?.reason, "only of wasm on cpu x64 1 thread")
    assert.deepStrictEqual(verdicts(night([])), [[null, "missing"]])
    const gone = Night.judge({ baselines: [kept], arms: [] })
    assert.deepStrictEqual([verdicts(gone), gone.verdict], [[[null, "missing"]], "missing"])
  })

  it("sees a training that is computed otherwise in its first losses, whatever it comes to", () => {
    const other = [2, 2.01, 2.02, 2.03, 2.04].map((loss, seed) => measured(sample(seed, loss, { losses: [4, 3 + seed + 2 ** -51, 2.5] })))
    const found = night(other)
    assert.deepStrictEqual(verdicts(found), [["losses", "changed"], ["loss", "same"]])
    assert.include(found.comparisons[0]?.reason, "step 1")
    assert.deepStrictEqual(verdicts(night(other.map((run) => ({ ...run, version: "5.0.0" })))), [["loss", "same"]])
  })

  it("compares speed on one kind of processor alone", () => {
    const fast = document(baseline(ten.map((of) => ({ ...of, metrics: { imagesPerSecond: 100 } }))))
    const slow = runs(worse).map((run) => ({ ...run, sample: { ...run.sample, metrics: { imagesPerSecond: 10 } } }))
    assert.strictEqual(night(slow, slow, [fast]).verdict, "regressed")
    const elsewhere = slow.map((run) => ({ ...run, processor: "another" }))
    assert.strictEqual(night(elsewhere, elsewhere, [fast]).verdict, "undecided")
    assert.strictEqual(night(slow, elsewhere, [fast]).verdict, "undecided")
  })

  it("corrects for all that is compared that night", () => {
    const arms = Array.from({ length: 151 }, (_, index) => `arm-${index}`)
    const baselines = [document(...arms.map((arm) => baseline(ten, { arm })))]
    const results = (count: number) =>
      arms.slice(0, count).map((arm, index) => ({
        experiment: "cold",
        arm,
        runs: runs(index === 0 ? worse : [2.001, 2.095, 2.045, 2.055, 2.035], { arm }),
        repeat: index === 0 ? runs(worse, { arm }) : []
      }))
    const of = (count: number) =>
      Night.judge({ baselines, arms: results(count) }).comparisons.find(({ arm, metric }) => arm === "arm-0" && metric === "loss")
    assert.strictEqual(of(150)?.verdict, "regressed")
    assert.closeTo(of(150)?.p ?? NaN, 150 / 3003, 1e-12)
    assert.strictEqual(of(151)?.verdict, "undecided")
  })

  it("does not depend on the order of runs", () => {
    fc.assert(fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
      const all = runs([2.3, 2.01, 2.5, 2.03, 2.6])
      assert.deepEqual(night(order.flatMap((index) => all[index] ?? [])).verdict, night(all).verdict)
    }))
  })
})
