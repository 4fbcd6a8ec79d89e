import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Warmup from "../../../dsl/Warmup.ts"
import * as Curve from "../../../runtime/optim/Curve.ts"
import * as CurveText from "../../../runtime/report/CurveText.ts"
import * as Line from "../../../runtime/report/Line.ts"
import { resolved, schedules } from "../optim/schedules.ts"
import { assertGolden } from "./golden.ts"
import * as Texts from "./texts.ts"

const curveOf = (schedule: LearningRate.LearningRate, totalSteps: number, warmupSteps = 0): Curve.Curve =>
  Curve.make({
    schedule: resolved(schedule),
    warmup: warmupSteps === 0 ? Warmup.none : Warmup.linear({ steps: warmupSteps }),
    momentum: 0.9,
    totalSteps,
    warmupSteps
  })

const cosine = LearningRate.cosine({ peak: 0.1, final: 0.001 })

const rowsOf = (lines: ReadonlyArray<Line.Line>): ReadonlyArray<string> => Texts.plain(lines).split("\n").slice(0, -1)

describe("CurveText", () => {
  const ends = { peak: 0.1, final: 0.001 }
  const flat = (shape: LearningRate.WarmupStableDecay["shape"]): Curve.Curve =>
    curveOf(
      LearningRate.warmupStableDecay({ ...ends, warmup: { steps: 200 }, decay: { steps: 800 }, shape }),
      2000
    )
  const shapes: Readonly<Record<string, Curve.Curve>> = {
    constant: curveOf(LearningRate.constant(0.01), 150),
    "constant, warmed up": curveOf(LearningRate.constant(0.01), 10, 3),
    linear: curveOf(LearningRate.linear(ends), 1000),
    "cosine, warmed up": curveOf(cosine, 150, 50),
    polynomial: curveOf(LearningRate.polynomial({ peak: 0.1, final: 0.01, power: 2 }), 10_000),
    exponential: curveOf(LearningRate.exponential({ peak: 0.1, final: 1e-5 }), 10_000),
    step: curveOf(LearningRate.step({ peak: 0.1, factor: 0.5, every: { steps: 3000 } }), 10_000, 300),
    piecewise: curveOf(
      LearningRate.piecewise({ start: 0.1, multiply: [{ at: { steps: 3 }, by: 2 }, { at: { steps: 6 }, by: 0.5 }] }),
      8
    ),
    "one cycle": curveOf(LearningRate.oneCycle({ peak: 0.1 }), 2000),
    "one cycle, linear": curveOf(
      LearningRate.oneCycle({ peak: 0.1, divide: 10, finalDivide: 1, anneal: "linear" }),
      2000
    ),
    "warmup, stable, decay": flat("linear"),
    "warmup, stable, decay, cosine": flat("cosine"),
    "warmup, stable, decay, sqrt": flat("sqrt"),
    "inverse square root": curveOf(LearningRate.inverseSquareRoot({ peak: 0.1, warmup: { steps: 200 } }), 4000),
    sequence: curveOf(
      LearningRate.sequence([
        { schedule: LearningRate.linear({ peak: 4, final: 10 }), length: { steps: 3000 } },
        { schedule: LearningRate.linear({ peak: 10, final: 2 }) }
      ]),
      10_000
    )
  }

  it("draws every shape", () =>
    assertGolden(
      "curves",
      Object.entries(shapes).flatMap(([name, curve]) => [Line.of(name), ...CurveText.of(curve, 80), Line.empty])
    ))

  it("draws as wide as there is room, and a step at least as wide as a column", () => {
    assert.lengthOf(rowsOf(CurveText.of(curveOf(LearningRate.constant(1), 1000), 40))[0] ?? "", 40)
    const halved = LearningRate.piecewise({ start: 1, multiply: [{ at: { steps: 2 }, by: 0.5 }] })
    const four = rowsOf(CurveText.of(curveOf(halved, 4), 15))
    assert.deepStrictEqual(four.slice(0, 2), ["  1 ┤████", "    │████"])
    assert.deepStrictEqual(four.slice(4, 5), ["0.5 ┤████████"])
  })

  it("says the largest and the smallest rate though neither is in a column of its own", () => {
    const cycle = rowsOf(CurveText.of(curveOf(LearningRate.oneCycle({ peak: 0.3, finalDivide: 2 }), 9999), 60))
    assert.match(cycle[0] ?? "", /^ *0\.3 ┤/)
    assert.match(cycle[7] ?? "", /^ *0\.006 ┤/)
  })

  it("marks where the warmup ends, and says so where there is room", () => {
    const curve = curveOf(cosine, 150, 50)
    const axis = (columns: number): ReadonlyArray<string> => rowsOf(CurveText.of(curve, columns)).slice(-2)
    const [line = "", labels = ""] = axis(80)
    // Seven digits, a space and the corner stand before 71 columns, of which the warmup takes a third.
    assert.strictEqual(line.indexOf("┬"), 9 + 23)
    assert.include(labels, " 50, warmup ends ")
    assert.match(axis(28)[1] ?? "", /^ *0 +50 +150 steps$/)
    assert.match(axis(20)[0] ?? "", /┬/)
  })

  it("draws the warmup quietly", () => {
    const [first] = CurveText.of(curveOf(LearningRate.constant(1), 70, 35), 73)
    const told = first?.map(({ text, tone }) => [text.length, tone])
    assert.deepStrictEqual(told, [[3, "quiet"], [35, "quiet"], [35, "plain"]])
  })

  it("indents, takes as many rows as it is told, and draws nothing where there is no room", () => {
    const curve = curveOf(cosine, 150, 50)
    const lines = CurveText.of(curve, 60, { indent: 13, rows: 4 })
    assert.lengthOf(lines, 4 + 2)
    for (const row of rowsOf(lines)) assert.match(row, /^ {13}/)
    assert.deepStrictEqual(CurveText.of(curve, 16), [])
  })

  it("shows rates that are not finite, and a rate of 0", () => {
    assert.match(rowsOf(CurveText.of(curveOf(LearningRate.constant(NaN), 9), 20))[0] ?? "", /│×+$/)
    assert.strictEqual(rowsOf(CurveText.of(curveOf(LearningRate.constant(0), 9), 20))[0], "0 ┤")
  })

  it("fits, whatever the schedule", () => {
    FastCheck.assert(FastCheck.property(
      schedules,
      FastCheck.oneof(FastCheck.integer({ min: 1, max: 100 }), FastCheck.integer({ min: 1, max: 1_000_000 })),
      FastCheck.double({ min: 0, max: 1, noNaN: true }),
      Texts.columns,
      (schedule, totalSteps, share, columns) => {
        const warmupSteps = Math.floor(share * totalSteps)
        const warmup = Warmup.linear({ steps: 1 })
        const curve = Curve.make({ schedule, warmup, momentum: 0.9, totalSteps, warmupSteps })
        const lines = CurveText.of(curve, columns)
        Texts.assertFits(lines, columns)
        assert.include([0, 10], lines.length)
        if (columns >= 24) assert.lengthOf(lines, 10)
      }
    ))
  })
})
