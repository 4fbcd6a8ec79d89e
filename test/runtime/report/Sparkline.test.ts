import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Sparkline from "../../../runtime/report/Sparkline.ts"
import * as Texts from "./texts.ts"

describe("Sparkline", () => {
  it("draws the smallest value lowest and the largest highest", () => {
    assert.strictEqual(Sparkline.line([0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█")
    assert.strictEqual(Sparkline.line([3, 3], 8), "▁▁")
    assert.strictEqual(Sparkline.line([], 8), "")
  })

  it("shows values that are far apart on a logarithmic scale", () => {
    assert.isTrue(Sparkline.scaleOf([1, 100]).logarithmic)
    assert.isFalse(Sparkline.scaleOf([0, 100]).logarithmic)
    assert.isFalse(Sparkline.scaleOf([10, 100]).logarithmic)
    assert.strictEqual(Sparkline.line([1, 10, 100, 1000], 8), "▁▃▆█")
  })

  it("averages neighbours where there are more values than columns, and one NaN among them shows", () => {
    assert.strictEqual(Sparkline.line([0, 2, 6, 8, 7, 7], 3), "▁██")
    assert.strictEqual(Sparkline.line([0, 0, 1, NaN, 1, 1], 3), "▁×█")
  })

  it("compares curves on one scale, and keeps what is outside of it at its ends", () => {
    const scale = Sparkline.scaleOf([0, 8])
    assert.strictEqual(Sparkline.line([4, 100, -5], 8, scale), "▅█▁")
  })

  it("draws a curve from 0 over several rows", () => {
    assert.deepStrictEqual(Sparkline.curve([0, 1, 2, 3, 4], 10, 2), ["   ▄█", " ▄███"])
  })

  it("shows NaN and infinity at the top of a curve and draws the others as if they were not there", () => {
    assert.deepStrictEqual(Sparkline.curve([2, NaN, 4, Infinity], 10, 2), [" ×█×", "█ █ "])
  })

  it("shows the smallest value of a scale that does not start at 0", () => {
    assert.deepStrictEqual(Sparkline.curve([1, 10, 100], 3, 1, Sparkline.scaleOf([1, 100])), ["▁▄█"])
  })

  it("takes no more columns than it is given, and one character a column, whatever the values", () => {
    FastCheck.assert(FastCheck.property(
      FastCheck.array(Texts.number, { maxLength: 200 }),
      FastCheck.integer({ min: 1, max: 80 }),
      FastCheck.integer({ min: 1, max: 6 }),
      (values, columns, rows) => {
        const wide = Math.min(values.length, columns)
        assert.lengthOf(Sparkline.line(values, columns), wide)
        assert.match(Sparkline.line(values, columns), /^[▁▂▃▄▅▆▇█×]*$/)
        const curve = Sparkline.curve(values, columns, rows)
        assert.deepStrictEqual(curve.map(({ length }) => length), Array.from({ length: rows }, () => wide))
      }
    ))
  })
})
