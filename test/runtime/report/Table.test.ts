import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Line from "../../../runtime/report/Line.ts"
import * as Table from "../../../runtime/report/Table.ts"
import * as Texts from "./texts.ts"

const headings: ReadonlyArray<Table.Column> = [
  { heading: "arm", align: "left" },
  { heading: "steps", align: "right" },
  { heading: "loss", align: "right" }
]
const rows = [Line.of("クリップ", "150", "2.313"), Line.of("bare", "7", "inf")]

describe("Table", () => {
  it("aligns names on the left and numbers on the right", () => {
    assert.strictEqual(
      Texts.plain(Table.of(headings, rows, 40)),
      "arm       steps   loss\nクリップ    150  2.313\nbare          7    inf\n"
    )
  })

  it("goes on below, with the first column again, where it is too wide", () => {
    assert.isFalse(Table.fits(headings, rows, 20))
    assert.isTrue(Table.fits(headings, rows, 22))
    assert.strictEqual(
      Texts.plain(Table.of(headings, rows, 20)),
      "arm       steps\nクリップ    150\nbare          7\n\narm        loss\nクリップ  2.313\nbare        inf\n"
    )
  })

  it("cuts a long name in the first column, unless it is to stay whole", () => {
    const long = [Line.of("x".repeat(40), "1", "2")]
    assert.include(Texts.plain(Table.of(headings, long, 80)), `${"x".repeat(27)}…`)
    const whole = headings.map((column, index) => index === 0 ? { ...column, whole: true } : column)
    assert.include(Texts.plain(Table.of(whole, long, 80)), "x".repeat(40))
  })

  it("is never wider than its columns", () => {
    const cell = Texts.text.map((text) => Line.span(text))
    FastCheck.assert(FastCheck.property(
      FastCheck.array(FastCheck.tuple(cell, cell, cell), { maxLength: 4 }),
      Texts.columns,
      (rows, columns) => Texts.assertFits(Table.of(headings, rows, columns), columns)
    ))
  })
})
