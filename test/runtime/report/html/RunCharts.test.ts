import { assert, describe, it } from "@effect/vitest"
import type * as Chart from "../../../../runtime/report/html/Chart.ts"
import * as Recording from "../../../../runtime/report/html/Recording.ts"
import * as RunCharts from "../../../../runtime/report/html/RunCharts.ts"
import type { Event } from "../../../../runtime/train/Event.ts"
import { evalEvent, monitorEvent, stepEvent } from "../events.ts"

const steps = (count: number, attempt = 1, from = 0): ReadonlyArray<Event> =>
  Array.from({ length: count }, (_, index) => stepEvent(from + index, { attempt, loss: 1 + index, clipped: index % 4 === 0 }))

const chartOf = (charts: ReadonlyArray<Chart.Chart>, title: string): Chart.Chart =>
  charts.find((chart) => chart.title === title) ?? assert.fail(`there is no chart ${title}`)

const xOf = (charts: ReadonlyArray<Chart.Chart>, title: string): ReadonlyArray<ReadonlyArray<number>> =>
  chartOf(charts, title).curves.map(({ x }) => Array.from(x))

describe("RunCharts", () => {
  it("shows all steps where nobody asks for some", () => {
    const charts = RunCharts.ofRun(Recording.of(steps(20)))
    assert.deepStrictEqual(chartOf(charts, "Loss").across, [0, 20])
    assert.strictEqual(xOf(charts, "Loss")[0]?.length, 20)
  })

  it("takes every step that was measured between both ends, of a run with far more than are drawn", () => {
    const recording = Recording.of(steps(20_000))
    const part = { from: 10_000, to: 10_400 }
    for (const charts of [RunCharts.ofRun(recording, part), RunCharts.ofRuns([{ name: "a", recording }], part)]) {
      for (const title of ["Loss", "Gradient norm before clipping", "Learning rate", "Images a second"]) {
        assert.deepStrictEqual(xOf(charts, title)[0], Array.from({ length: 401 }, (_, index) => 10_000 + index), title)
      }
      assert.deepStrictEqual(chartOf(charts, "Loss").curves[0]?.y[0], 10_001)
      // A share is that of ten steps here, and of 333 over the whole run.
      assert.strictEqual(xOf(charts, "Steps that were clipped, in %")[0]?.length, 40)
      for (const { across } of charts) assert.deepStrictEqual(across, [10_000, 10_400])
    }
  })

  it("keeps what lies between, of spikes, marks, evaluations, monitors and attempts that were taken again", () => {
    const spike = (step: number): Event => ({ kind: "spike", run: "r1", attempt: 1, step, loss: { value: 9, median: 1, deviations: 20 }, gradNorm: null })
    const events = [
      ...steps(40), spike(3), spike(12), monitorEvent(10, 1, 2), monitorEvent(30, 1, 2), evalEvent(10), evalEvent(16), evalEvent(40),
      ...steps(20, 2, 35)
    ]
    const charts = RunCharts.ofRun(Recording.of(events), { from: 9, to: 20 })
    assert.deepStrictEqual(chartOf(charts, "Loss").dots?.map(({ x }) => Array.from(x)), [[12]])
    assert.deepStrictEqual(chartOf(charts, "Loss").marks, [])
    assert.deepStrictEqual(xOf(charts, "Evaluations"), [[9, 15], [9, 15]])
    assert.deepStrictEqual(xOf(charts, "Gradient norms by section")[0], [10])
    assert.deepStrictEqual(xOf(charts, "Loss").map(({ length }) => length), [0, 12])
    const later = RunCharts.ofRun(Recording.of(events), { from: 30, to: Infinity })
    assert.deepStrictEqual(xOf(later, "Loss").map((x) => [x[0], x.at(-1)]), [[35, 39], [30, 54]])
    assert.deepStrictEqual(chartOf(later, "Loss").marks?.map(({ x }) => x), [35])
  })

  it("has an axis that ends with the run, and has room for a step by itself", () => {
    const across = (from: number, to: number) => RunCharts.ofRun(Recording.of(steps(20)), { from, to })[0]?.across
    assert.deepStrictEqual(across(5, Infinity), [5, 20])
    assert.deepStrictEqual(across(5, 1000), [5, 20])
    assert.deepStrictEqual(across(0, 9), [0, 9])
    assert.deepStrictEqual(across(7, 7), [6, 9])
    assert.deepStrictEqual(across(0, 0), [0, 2])
    assert.deepStrictEqual(across(1000, 2000), [999, 1002])
  })

  it("says of what is not finite that it was counted over all steps", () => {
    const recording = Recording.of([stepEvent(0, { finite: false, loss: NaN }), ...steps(5, 1, 1)])
    assert.strictEqual(RunCharts.ofRun(recording)[0]?.note, "1 step not finite")
    assert.strictEqual(RunCharts.ofRun(recording, { from: 2, to: 4 })[0]?.note, "1 step not finite in all")
  })
})
