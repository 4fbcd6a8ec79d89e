import { assert, describe, it } from "@effect/vitest"
import * as Metric from "../../../runtime/nightly/Metric.ts"
import { attemptResult, failedRun, runResult } from "../run/results.ts"

const read = (run: Parameters<Metric.Metric["of"]>[0]) =>
  Object.fromEntries(Metric.metrics.map(({ name, of }) => [name, of(run)]))

describe("Metric", () => {
  it("reads a run's figures", () => {
    const attempts = [
      attemptResult({ memory: 5, status: "interrupted" }),
      attemptResult({ number: 2, memory: 7, status: "failed" }),
      attemptResult({ number: 3, memory: 6 })
    ]
    const run = runResult({ attempts })
    assert.deepStrictEqual(read(run), {
      map50: 0.5,
      accuracy: null,
      loss: 4,
      imagesPerSecond: 160,
      memory: 7,
      clipRate: 0.5,
      incidents: 0,
      attempts: 2
    })
  })

  it("takes a run that did not stay upright for the worst there is, and its speed for nothing", () => {
    for (const run of [failedRun("NonFinite"), runResult({ remedied: true })]) {
      assert.deepInclude(read(run), { map50: -Infinity, loss: Infinity, imagesPerSecond: null, memory: null, clipRate: null, attempts: 1 })
    }
    assert.strictEqual(read(failedRun("NonFinite"))["incidents"], 1)
  })

  it("writes differences as the figures are written that they are of", () => {
    const said = [["map50", 0.005], ["map50", Infinity], ["loss", 0.005], ["attempts", 0.5], ["memory", 2 ** 24], ["clipRate", 0.02]] as const
    assert.deepStrictEqual(said.map(([name, size]) => Metric.apart(name, size)), ["0.005", "inf", "0.005000", "0.5", "16.8 MB", "2 points"])
  })

  it("has a floor beside every baseline", () => {
    const [map50] = Metric.metrics
    if (map50 === undefined) return assert.fail("there is one")
    assert.deepStrictEqual([0, 0.8, -Infinity].map((median) => Metric.floorAt(map50, median)), [0.005, 0.008, 0.005])
    assert.sameMembers(Metric.metrics.map(({ name }) => name), [...Metric.names])
  })
})
