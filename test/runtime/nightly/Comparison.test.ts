import { assert, describe, it } from "@effect/vitest"
import * as Comparison from "../../../runtime/nightly/Comparison.ts"
import * as Metric from "../../../runtime/nightly/Metric.ts"
import { samples } from "./made.ts"

const loss = Metric.metrics.find(({ name }) => name === "loss") as Metric.Metric
const speed = Metric.metrics.find(({ name }) => name === "imagesPerSecond") as Metric.Metric

const ten = [2, 2.01, 2.02, 2.03, 2.04, 2.05, 2.06, 2.07, 2.08, 2.09]

const compared = (observed: ReadonlyArray<number>, metric = loss): Comparison.Comparison => {
  const named = (losses: ReadonlyArray<number>) => samples(losses).map((sample) => ({ ...sample, metrics: { [metric.name]: sample.metrics.loss ?? NaN } }))
  return Comparison.compare(metric, named(ten), named(observed)) as Comparison.Comparison
}

const judged = (observed: ReadonlyArray<number>, { metric = loss, repeat, together = 10 }: {
  readonly metric?: Metric.Metric
  readonly repeat?: ReadonlyArray<number>
  readonly together?: number
} = {}): Comparison.Judged => {
  const comparison = compared(observed, metric)
  const corrected = { worse: Math.min(1, comparison.worse * together), better: Math.min(1, comparison.better * together), together }
  return Comparison.judge(comparison, corrected, repeat === undefined ? null : compared(repeat, metric))
}

const worse = [3, 3.1, 3.2, 3.3, 3.4]

describe("Comparison", () => {
  it("waits for a repeat before it calls anything a regression, and calls it flaky where that does not show it", () => {
    const first = judged(worse)
    assert.deepInclude(first, { verdict: "undecided", unconfirmed: true })
    assert.closeTo(first.p, 10 / 3003, 1e-12)
    assert.deepInclude(judged(worse, { repeat: worse }), { verdict: "regressed", unconfirmed: false })
    assert.deepInclude(judged(worse, { repeat: [2.1, 2.005, 2.045, 2.055, 2.065] }), { verdict: "flaky", unconfirmed: false })
    assert.include(judged(worse, { repeat: worse }).reason, "1.155 higher")
  })

  it("knows which side is worse", () => {
    assert.strictEqual(judged([1, 1.1, 1.2, 1.3, 1.4]).verdict, "better")
    assert.strictEqual(judged(worse, { metric: speed }).verdict, "better")
    assert.strictEqual(judged([1, 1.1, 1.2, 1.3, 1.4], { metric: speed, repeat: [1, 1.1, 1.2, 1.3, 1.4] }).verdict, "regressed")
  })

  it("lets pass what is beyond chance and does not matter", () => {
    const slower = [1.99, 1.98, 1.97, 1.96, 1.95]
    assert.include(judged(slower, { metric: speed, repeat: slower }).reason, "does not matter")
  })

  it("takes an exploded run for the worst loss there is", () => {
    const exploded = [Infinity, Infinity, Infinity, Infinity, Infinity]
    assert.strictEqual(compared(exploded).test, "mann-whitney")
    assert.strictEqual(judged(exploded, { repeat: exploded }).verdict, "regressed")
    assert.strictEqual(compared(worse).test, "means")
  })

  it("is sure of seeds that come to their own figures again, however low these are", () => {
    const again = ten.slice(0, 5)
    assert.deepInclude(judged(again), { verdict: "same", p: 1 })
    assert.strictEqual(compared(again).test, "equal")
    assert.strictEqual(compared([...again.slice(0, 4), 2.0400001]).test, "means")
  })

  it("decides nothing that so many comparisons put out of reach", () => {
    assert.deepInclude(judged(worse.slice(0, 2), { together: 10 }), { verdict: "undecided", unconfirmed: false })
    assert.include(judged(worse.slice(0, 2)).reason, "2 runs against 10")
  })

  it("compares nothing with nothing", () => assert.isNull(Comparison.compare(speed, samples(ten), samples(worse))))
})
