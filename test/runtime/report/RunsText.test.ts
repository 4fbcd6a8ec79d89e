import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as RunsText from "../../../runtime/report/RunsText.ts"
import { assertGolden } from "./golden.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

const { cwd } = Samples
const timeZone = "UTC"

const show = (run: RunsText.RunDetail, columns = 100): string =>
  Texts.plain(RunsText.show(run, { columns, cwd, timeZone }))

describe("RunsText", () => {
  for (const columns of [80, 140]) {
    it(`lists runs in ${columns} columns`, () =>
      assertGolden(`runs-list-${columns}`, RunsText.list(Samples.rows, { columns, timeZone })))
    it(`shows a run in ${columns} columns`, () =>
      assertGolden(`runs-show-${columns}`, RunsText.show(Samples.detail, { columns, cwd, timeZone })))
  }

  it("shows a run that failed", () =>
    assertGolden("runs-show-failed", RunsText.show(Samples.exploded, { columns: 80, cwd, timeZone })))

  for (const columns of [80, 120]) {
    it(`shows a run that was retried in ${columns} columns`, () =>
      assertGolden(`runs-show-retried-${columns}`, RunsText.show(Samples.retriedDetail, { columns, cwd, timeZone })))
    it(`shows a watched run in ${columns} columns`, () =>
      assertGolden(`runs-show-watched-${columns}`, RunsText.show(Samples.watched, { columns, cwd, timeZone })))
    it(`shows a classifier that stopped early in ${columns} columns`, () =>
      assertGolden(`runs-show-classifier-${columns}`, RunsText.show(Samples.classifier, { columns, cwd, timeZone })))
  }

  it("shows the column of a figure where some run has it", () => {
    const listed = (rows: ReadonlyArray<RunsText.RunRow>): string =>
      Texts.plain(RunsText.list(rows, { columns: 160, timeZone }))
    const detectors = Samples.rows
    const classifiers = detectors.map((row) => ({ ...row, map50: null, accuracy: 0.6667 }))
    assert.match(listed(detectors), /loss +mAP50 +started/)
    assert.match(listed(classifiers), /loss +accuracy +started/)
    assert.match(listed([...detectors, ...classifiers]), /loss +mAP50 +accuracy +started/)
    assert.match(listed([...detectors, ...classifiers]), /2\.313 +0\.387 +- +2026/)
    assert.match(listed([...detectors, ...classifiers]), /2\.313 +- +0\.667 +2026/)
    const neither = detectors.map((row) => ({ ...row, map50: null }))
    assert.match(listed(neither), /loss +mAP50 +started/)
  })

  it("says that there is no run", () => {
    assert.strictEqual(Texts.plain(RunsText.list([], { columns: 80 })), "no runs are kept here\n")
  })

  it("never cuts an id, which people copy", () => {
    const [row] = Samples.rows
    const id = "a-very-long-id-that-somebody-chose-for-a-run"
    assert.include(Texts.plain(RunsText.list(row === undefined ? [] : [{ ...row, id }], { columns: 60 })), `${id} `)
  })

  it("does not take figures for NaN that are computed when a run ends", () => {
    const none = { loss: NaN, map50: null, map: null, accuracy: null, imagesPerSecond: NaN, seconds: NaN }
    const running = show({
      ...Samples.detail,
      status: "running",
      attempts: [],
      metrics: none,
      clipRate: NaN,
      gradNorm: { median: NaN, p99: NaN, max: NaN },
      steps: 3,
      courses: [Samples.courseOf([4, 3, 2.5])]
    })
    assert.notInclude(running, "NaN")
    assert.include(running, "so far     3 steps, last loss 2.5")
  })

  it("says why a run waits again or was cancelled", () => {
    const reason = "its worker was drained"
    assert.include(show({ ...Samples.detail, status: "waiting", reason }), `  because    ${reason}\n`)
  })

  it("shows where a loss turned NaN, and says so", () => {
    assert.match(show(Samples.exploded), /█×\n/)
    assert.include(show(Samples.exploded), "× from step 17 on is NaN or infinite")
    const none = show({ ...Samples.exploded, courses: [Samples.courseOf([NaN])] })
    assert.include(none, "× from step 0 on is NaN or infinite")
  })

  it("fits, whatever it shows", () => {
    const detail = FastCheck.record({
      arm: Texts.text,
      id: Texts.text,
      experiment: Texts.text,
      launch: Texts.text,
      seed: FastCheck.nat(),
      losses: FastCheck.array(Texts.number, { maxLength: 100 }),
      message: Texts.text,
      figure: Texts.number
    })
    FastCheck.assert(FastCheck.property(detail, Texts.columns, ({ figure, losses, message, ...fields }, columns) => {
      const run: RunsText.RunDetail = {
        ...Samples.detail,
        ...fields,
        metrics: { ...Samples.detail.metrics, loss: figure, imagesPerSecond: figure },
        gradNorm: { median: figure, p99: figure, max: figure },
        revision: { commit: message, dirty: true },
        evaluations: [{ step: 3, map: figure, map50: figure, accuracy: null, seconds: 1 }],
        stopped: message,
        reason: message,
        courses: [Samples.courseOf(losses)],
        attempts: [
          { ...Samples.attempt, status: "failed", fault: { tag: "Timeout", message, step: null, onset: 0, injected: null } }
        ]
      }
      Texts.assertFits(RunsText.show(run, { columns, cwd, timeZone }), columns)
    }))
  })

  it("fits whatever it lists, as long as an id does", () => {
    const row = FastCheck.record({ experiment: Texts.text, arm: Texts.text, loss: Texts.number })
    FastCheck.assert(FastCheck.property(FastCheck.array(row, { maxLength: 4 }), Texts.columns, (some, columns) => {
      const rows = Samples.rows.slice(0, some.length).map((row, index) => ({ ...row, ...some[index], id: "a1" }))
      Texts.assertFits(RunsText.list(rows, { columns, timeZone }), columns)
    }))
  })
})
