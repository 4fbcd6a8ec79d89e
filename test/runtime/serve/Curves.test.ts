import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Recording from "../../../runtime/report/html/Recording.ts"
import * as Curves from "../../../runtime/serve/Curves.ts"
import { stepEvent } from "../report/events.ts"

const window = { points: 500, from: 0, to: Infinity }

const lossOf = ({ curves }: Curves.AttemptCurves): Curves.Curve => curves.find(({ name }) => name === "loss") ?? assert.fail("there is no loss")

describe("Curves", () => {
  it("has every figure of a step, and each part of the loss", () => {
    const [attempt = assert.fail()] = Curves.of(Recording.of([stepEvent(0), stepEvent(1)]), window)
    assert.deepStrictEqual(attempt.curves.map(({ name }) => name), [
      "loss", "learningRate", "momentum", "gradNorm", "clipBound", "lossScale", "imagesPerSecond", "clipped", "parts.box", "parts.class", "parts.dfl"
    ])
    assert.deepStrictEqual(attempt.curves.find(({ name }) => name === "clipped"), { name: "clipped", steps: [0, 1], values: [1, 0], notFinite: 0 })
  })

  it("counts what is no point", () => {
    const events = [1, NaN, 3, Infinity].map((loss, step) => stepEvent(step, { loss }))
    assert.deepStrictEqual(lossOf(Curves.of(Recording.of(events), window)[0] ?? assert.fail()), { name: "loss", steps: [0, 2], values: [1, 3], notFinite: 2 })
  })

  it("keeps the steps of the window alone, and says what a later attempt took again", () => {
    const events = [...Array.from({ length: 10 }, (_, step) => stepEvent(step)), stepEvent(4, { attempt: 2 }), stepEvent(5, { attempt: 2 })]
    const curves = Curves.of(Recording.of(events), { ...window, from: 3, to: 4 })
    assert.deepStrictEqual(curves.map(({ attempt, from, until }) => [attempt, from, until]), [[1, 0, 4], [2, 4, null]])
    assert.deepStrictEqual(curves.map((curve) => lossOf(curve).steps), [[3, 4], [4]])
  })

  it("has no more points than are asked for, of those that were measured, with both ends and the extremes", () => {
    fc.assert(fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 400 }),
      fc.integer({ min: 5, max: 100 }),
      (values, points) => {
        const recording = Recording.of(values.map((loss, step) => stepEvent(step, { loss })))
        const { steps, values: drawn } = lossOf(Curves.of(recording, { ...window, points })[0] ?? assert.fail())
        assert.isAtMost(steps.length, Math.max(points, 5))
        assert.deepStrictEqual(drawn, steps.map((step) => values[step] ?? NaN))
        assert.deepStrictEqual([steps[0], steps.at(-1)], [0, values.length - 1])
        assert.strictEqual(Math.max(...drawn), Math.max(...values))
        assert.strictEqual(Math.min(...drawn), Math.min(...values))
      }
    ))
  })
})
