import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Course from "../../../runtime/train/Course.ts"

const series = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 300 })

/** A series of 400 that falls from 8 to 2, with what `at` adds in shares of it. */
const falling = (at: (step: number) => number): ReadonlyArray<number> =>
  Array.from({ length: 400 }, (_, step) => (2 + 6 * Math.exp(-step / 80)) * (1 + at(step)))

describe("Course", () => {
  it("finds the median of every figure and its neighbours, of fewer at the ends", () => {
    fc.assert(fc.property(series, (values) => {
      const beside = Math.floor(Math.min(51, Math.max(11, Math.floor(values.length / 20))) / 2)
      const expected = values.map((_, index) =>
        Course.median(values.slice(Math.max(0, index - beside), index + beside + 1))
      )
      assert.deepStrictEqual(Course.runningMedians(values), expected)
    }))
  })

  it("measures a swing that a trend and a few spikes do not change", () => {
    assert.isBelow(Course.swing(falling(() => 0)), 0.005)
    const swinging = falling((step) => step % 2 === 0 ? 0.2 : -0.2)
    assert.approximately(Course.swing(swinging), 0.2, 0.05)
    assert.approximately(Course.swing(swinging.map((value, step) => step % 40 === 7 ? 1000 : value)), 0.2, 0.05)
    assert.isBelow(Course.swing(falling((step) => step % 40 === 7 ? 50 : 0)), 0.005)
    assert.strictEqual(Course.swing([]), 0)
    assert.strictEqual(Course.swing([0, 0, 0]), 0)
  })

  it("does not hang on the unit", () => {
    fc.assert(fc.property(series, fc.double({ min: 0.1, max: 10, noNaN: true }), (values, unit) => {
      const scaled = values.map((value) => value * unit)
      assert.approximately(Course.swing(scaled), Course.swing(values), 1e-9)
      assert.strictEqual(Course.settling(scaled).from, Course.settling(values).from)
    }))
  })

  it("finds spikes against what is around them, not against the end", () => {
    const norms = falling(() => 0).map((value, step) => step === 200 || step === 300 ? 10.5 * value : value)
    assert.deepStrictEqual(Course.spikes(norms), [200, 300])
    assert.deepStrictEqual(Course.spikes(Array.from({ length: 200 }, (_, step) => step < 40 ? 500 : 1)), [])
    assert.deepStrictEqual(Course.spikes([0, 0, 0]), [])
  })

  it("finds where a series settles, and how high it was before", () => {
    const norms = Array.from({ length: 400 }, (_, step) => step < 120 ? 30 : 3)
    const { from, level, peak } = Course.settling(norms)
    assert.approximately(from, 120, 1)
    assert.strictEqual(level, 3)
    assert.strictEqual(peak, 30)
    assert.deepStrictEqual(Course.settling([2, 2, 2, 2]), { from: 0, level: 2, peak: 2 })
  })
})
