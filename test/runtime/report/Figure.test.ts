import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Figure from "../../../runtime/report/Figure.ts"
import * as Texts from "./texts.ts"

const all = <A>(write: (value: A) => string, values: ReadonlyArray<A>): ReadonlyArray<string> => values.map(write)

describe("Figure", () => {
  it("writes measured numbers with four significant digits", () => {
    assert.deepStrictEqual(
      all(Figure.measured, [0, 2.1, 0.0123456, 12.345, 999.94, 999.95, 12_345.6, 99_999.4, 99_999.5, 1.2e-5, -3.5]),
      ["0", "2.100", "0.01235", "12.35", "999.9", "1000", "12346", "99999", "1e5", "1.2e-5", "-3.500"]
    )
  })

  it("hides nothing that is not finite, in any form", () => {
    const forms = [Figure.measured, Figure.chosen, Figure.rate, Figure.precision, Figure.percent, Figure.duration]
    for (const form of forms) assert.deepStrictEqual(all(form, [NaN, Infinity, -Infinity]), ["NaN", "inf", "-inf"])
  })

  it("reads back within half of the last digit", () => {
    FastCheck.assert(FastCheck.property(FastCheck.double({ noNaN: true, min: -1e300, max: 1e300 }), (value) => {
      for (const text of [Figure.measured(value), Figure.chosen(value)]) {
        assert.isAtMost(Math.abs(Number(text) - value), Math.abs(value) * 5.01e-4)
      }
    }))
  })

  it("writes numbers that somebody chose without needless zeros", () => {
    assert.deepStrictEqual(all(Figure.chosen, [0.1, 150, 5e-4, 0.937, 100]), ["0.1", "150", "5e-4", "0.937", "100"])
  })

  it("writes rates with three significant digits", () => {
    assert.deepStrictEqual(
      all(Figure.rate, [0, 0.5216, 7.412, 99.94, 118.23, 5230.4]),
      ["0", "0.522", "7.41", "99.9", "118", "5230"]
    )
  })

  it("writes average precision, and nothing to find as COCO's -1 means it", () => {
    assert.deepStrictEqual(all(Figure.precision, [0, 0.41234, 1, -1]), ["0.000", "0.412", "1.000", "-"])
  })

  it("says 0% of none alone and 100% of all alone", () => {
    assert.deepStrictEqual(all(Figure.percent, [0, 0.004, 0.335, 0.996, 1]), ["0%", "<1%", "34%", ">99%", "100%"])
  })

  it("writes durations in the units that people count in", () => {
    assert.deepStrictEqual(
      all(Figure.duration, [0, 0.44, 9.94, 9.95, 41.4, 59.6, 125, 3599.6, 11_520]),
      ["0.0 s", "0.4 s", "9.9 s", "10 s", "41 s", "1 min 00 s", "2 min 05 s", "1 h 00 min", "3 h 12 min"]
    )
  })

  it("writes moments in a time zone", () => {
    const moment = Date.UTC(2026, 2, 9, 23, 5)
    assert.strictEqual(Figure.moment(moment, "UTC"), "2026-03-09 23:05")
    assert.strictEqual(Figure.moment(moment, "Asia/Tokyo"), "2026-03-10 08:05")
    assert.strictEqual(Figure.moment(Date.UTC(2026, 0, 1, 0, 0), "UTC"), "2026-01-01 00:00")
    assert.strictEqual(Figure.zoned(moment, "UTC"), "2026-03-09 23:05 UTC")
    assert.strictEqual(Figure.zoned(moment, "Europe/Berlin"), "2026-03-10 00:05 CET")
    assert.strictEqual(Figure.zoned(Date.UTC(2026, 6, 1, 0, 0), "Europe/Berlin"), "2026-07-01 02:00 CEST")
  })

  it("writes counts and quantities with prefixes, rounding before the prefix is chosen", () => {
    assert.deepStrictEqual(all(Figure.count, [0, 999, 3_157_184, 999_999]), ["0", "999", "3.157 M", "1.000 M"])
    assert.strictEqual(Figure.quantity(8_696_000_000, "FLOPs"), "8.70 GFLOPs")
    assert.strictEqual(Figure.quantity(512, "B"), "512 B")
    assert.strictEqual(Figure.plural(1, "step"), "1 step")
    assert.strictEqual(Figure.plural(0, "step"), "0 steps")
  })

  it("takes few columns for any number", () => {
    FastCheck.assert(FastCheck.property(Texts.number, (value) => {
      assert.isAtMost(Figure.measured(value).length, 11)
    }))
  })
})
