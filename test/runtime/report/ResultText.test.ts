import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as ResultText from "../../../runtime/report/ResultText.ts"
import type { Result, RunResult } from "../../../runtime/run/Result.ts"
import { assertGolden } from "./golden.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

const { cwd, result, told } = Samples

const text = (result: Result, columns = 100): string => Texts.plain(ResultText.of(result, told, { columns, cwd }))

const run: FastCheck.Arbitrary<RunResult> = FastCheck.record({
  arm: Texts.text,
  seed: FastCheck.nat(),
  status: FastCheck.constantFrom("succeeded" as const, "failed" as const, "interrupted" as const, "cancelled" as const),
  figure: Texts.number,
  message: Texts.text,
  tag: FastCheck.constantFrom("NonFinite", "DataFault", "WorkerLost"),
  partial: FastCheck.boolean()
}).map(({ figure, message, tag, ...fields }) => ({
  ...Samples.failed,
  ...fields,
  engine: "tensorflow",
  execution: { version: "2", device: "cpu", threads: 2, mode: "eager", reason: message },
  metrics: { loss: figure, map50: figure, map: null, accuracy: figure, imagesPerSecond: figure, seconds: 12 },
  gradNorm: { median: figure, p99: figure, max: figure },
  attempts: [{ ...Samples.attempt, status: "failed", fault: { tag, message, step: 3, onset: 3, injected: null } }]
}))

describe("ResultText", () => {
  for (const columns of [60, 80, 100, 140]) {
    it(`reports a launch in ${columns} columns`, () =>
      assertGolden(`result-${columns}`, ResultText.of(result, told, { columns, cwd })))
  }

  for (const columns of [80, 120]) {
    it(`reports a launch with a run that was retried in ${columns} columns`, () =>
      assertGolden(
        `result-retried-${columns}`,
        ResultText.of(Samples.retriedLaunch.result, Samples.retriedLaunch.told, { columns, cwd })
      ))
  }

  it("proposes nothing where a failure was expected", () => {
    assert.include(text(result), "Clip.globalNorm(1)")
    const expectations = [{ text: "\"bare\" diverges", holds: true, observed: "it did" }]
    const expected = text({ ...result, expectations, verdict: "holds" })
    assert.include(expected, "bare failed, as expected")
    assert.include(expected, "at step 17 the loss is NaN")
    assert.notInclude(expected, "Clip.globalNorm(1)")
    assert.include(expected, "holds: 1 of 1 expectation holds")
  })

  it("still proposes where the expectation speaks of another arm, or does not hold", () => {
    for (const expectation of [{ text: "\"clip\" diverges", holds: true }, { text: "\"bare\" diverges", holds: null }]) {
      assert.include(text({ ...result, expectations: [{ ...expectation, observed: "" }] }), "Clip.globalNorm(1)")
    }
  })

  it("says what an interruption left", () => {
    const runs = result.runs.map((run) => ({ ...run, status: "interrupted" as const, steps: 40 }))
    const stopped = text({ ...result, runs, expectations: [], verdict: "undecided" })
    assert.include(stopped, "clip, seed 0 was interrupted after 40 steps")
    assert.include(stopped, "with a checkpoint of its last one")
    const waiting = text({ ...result, runs: runs.map((run) => ({ ...run, steps: 0 })), expectations: [] })
    assert.include(waiting, "clip, seed 0 was not started")
    assert.include(stopped, "undecided: nothing was expected")
  })

  it("says that runs were cut short", () => {
    assert.notInclude(text(result), "--steps")
    const [first = Samples.failed, ...others] = result.runs
    assert.include(text({ ...result, runs: [{ ...first, partial: true }, ...others] }), "1 of them cut short by --steps")
  })

  it("tells accuracy instead of precisions where classifiers alone ran, and both where both did", () => {
    const classifiers = result.runs.map((run) => ({
      ...run,
      metrics: { ...run.metrics, map50: null, map: null, accuracy: run.status === "failed" ? null : 0.6667 }
    }))
    const heading = (runs: ReadonlyArray<RunResult>): string =>
      /^run .*$/m.exec(text({ ...result, runs }, 140))?.[0].replaceAll(/ +/g, " ") ?? ""
    assert.include(heading(result.runs), "loss mAP50 mAP50-95 time")
    assert.include(heading(classifiers), "loss accuracy time")
    assert.include(heading([...result.runs, ...classifiers]), "loss mAP50 mAP50-95 accuracy time")
    assert.match(text({ ...result, runs: classifiers }), /^clip, seed 0 +succeeded +150 +2\.313 +0\.667 /m)
  })

  it("says which run stopped early, and why", () => {
    assert.notInclude(text(result), "stopped early")
    const [first = Samples.failed, second = Samples.failed] = result.runs
    const stopped = "stopped early: in 5 evaluations in a row map did not rise above its best, 0.194 after step 100"
    const said = text({ ...result, runs: [first, { ...second, stopped }] }, 120)
    assert.include(said, `\n\nclip, seed 0 ${stopped}\n\nloss\n`)
  })

  it("draws a run that ended early as much shorter, on the scale of those that succeeded", () => {
    const curve = (arm: string): string =>
      new RegExp(`^ {2}${arm}, seed 0 +([▁▂▃▄▅▆▇█×]+)`, "m").exec(text(result))?.[1] ?? ""
    assert.strictEqual(curve("bare").at(-1), "×")
    assert.approximately(curve("bare").length / curve("clip").length, 18 / 150, 0.02)
    assert.strictEqual(curve("clip")[0], "█")
  })

  it("leaves out the curves that it was not given", () => {
    const lines = ResultText.of(result, { of: () => [] }, { columns: 100, cwd })
    assert.notMatch(Texts.plain(lines), /[▁▂▃▄▅▆▇█×]/)
  })

  it("fits, whatever it reports", () => {
    FastCheck.assert(FastCheck.property(
      FastCheck.array(run, { maxLength: 4 }),
      FastCheck.array(FastCheck.record({
        text: Texts.text,
        observed: Texts.text,
        holds: FastCheck.constantFrom(true, false, null)
      }), { maxLength: 3 }),
      Texts.text,
      FastCheck.array(Texts.number, { maxLength: 30 }),
      Texts.columns,
      (runs, expectations, name, curve, columns) => {
        const some = { ...result, experiment: name, launch: name, runs, expectations }
        Texts.assertFits(ResultText.of(some, { of: () => [Samples.courseOf(curve)] }, { columns, cwd }), columns)
      }
    ))
  })
})
