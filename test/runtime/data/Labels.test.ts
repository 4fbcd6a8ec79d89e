import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Labels from "../../../runtime/data/Labels.ts"

const reasonOf = (text: string): string => Labels.parse(text, 3).problems[0]?.reason ?? "none"

const box = fc.tuple(
  fc.integer({ min: 0, max: 2 }),
  fc.double({ min: 0, max: 0.9, noNaN: true }),
  fc.double({ min: 0, max: 0.9, noNaN: true }),
  fc.double({ min: 0.01, max: 0.1, noNaN: true }),
  fc.double({ min: 0.01, max: 0.1, noNaN: true })
)

describe("Labels", () => {
  it("reads back the boxes that were written, whatever their spacing and line ends", () => {
    const separator = fc.constantFrom(" ", "\t", "   ")
    const end = fc.constantFrom("\n", "\r\n", "\r")
    fc.assert(fc.property(fc.array(box, { maxLength: 20 }), separator, end, (rows, between, last) => {
      const text = rows.map(([number, left, top, width, height]) =>
        `${[number, left + width / 2, top + height / 2, width, height].join(between)}${last}`
      ).join("")
      const reading = Labels.parse(text, 3)
      assert.deepStrictEqual(reading.problems, [])
      assert.strictEqual(reading.classes.length + reading.duplicates, rows.length)
      if (reading.duplicates > 0) return
      assert.deepStrictEqual(reading.classes, rows.map(([number]) => number))
      rows.forEach(([, left, top, width, height], index) => {
        const read = reading.boxes.slice(4 * index, 4 * index + 4)
        ;[left, top, left + width, top + height].forEach((edge, at) => assert.closeTo(read[at] ?? NaN, edge, 1e-12))
      })
    }))
  })

  it("never throws, and gives finite boxes with an area within the image", () => {
    const odd = fc.constantFrom("NaN", "inf", "1e400", "0x1", "--1", ".")
    const field = fc.oneof(fc.double().map(String), fc.string(), odd)
    const row = fc.oneof(fc.array(field, { maxLength: 9 }).map((fields) => fields.join(" ")), fc.string())
    fc.assert(fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      const { boxes, classes } = Labels.parse(rows.join("\n"), 3)
      assert.strictEqual(boxes.length, 4 * classes.length)
      for (let at = 0; at < boxes.length; at += 4) {
        const [left = NaN, top = NaN, right = NaN, bottom = NaN] = boxes.slice(at, at + 4)
        assert.isTrue(left >= 0 && top >= 0 && right <= 1 && bottom <= 1 && left < right && top < bottom)
      }
    }))
  })

  it("takes an outline for the box around it", () => {
    const { boxes, classes } = Labels.parse("2 0.1 0.2 0.5 0.1 0.4 0.6", 3)
    assert.deepStrictEqual(boxes, [0.1, 0.1, 0.5, 0.6])
    assert.deepStrictEqual(classes, [2])
  })

  it("cuts a box off at the border where it reaches over it by a rounding error", () => {
    assert.deepStrictEqual(Labels.parse("0 0.05 0.5 0.11 1.0", 3).boxes, [0, 0, 0.05 + 0.055, 1])
    assert.include(reasonOf("0 0.05 0.5 0.13 1.0"), "left edge is at -0.015")
  })

  it("drops and counts a row that repeats another, however it is written", () => {
    const { classes, duplicates } = Labels.parse("0 0.5 0.5 0.2 0.2\n0 .50 5e-1 0.2 0.20\n1 0.5 0.5 0.2 0.2\n", 3)
    assert.deepStrictEqual(classes, [0, 1])
    assert.strictEqual(duplicates, 1)
  })

  it("counts lines from 1, empty ones too", () => {
    const { problems } = Labels.parse("\ufeff0 0.5 0.5 0.2 0.2\n\n0 0.5 0.5 0.2\n9 0.5 0.5 0.1 0.1", 3)
    assert.deepStrictEqual(problems.map(({ line }) => line), [3, 4])
  })

  const bad = {
    "0 0.5 0.5 0.2": "4 of the 5 fields",
    "0 0.5 0.5 0.2 0.2 0.9": "6 of the 5 fields",
    "0 0.1 0.1 0.2 0.2 0.3 0.3 0.4": "8 of the 5 fields",
    "0 NaN 0.5 0.2 0.2": `"NaN" is not a number`,
    "0 0.5 inf 0.2 0.2": `"inf" is not a number`,
    "0 0.5 1e999 0.2 0.2": `"1e999" is not a number`,
    "0 0x0 0.5 0.2 0.2": `"0x0" is not a number`,
    "0x1 0.5 0.5 0.2 0.2": `the class is "0x1"`,
    "0 0.5 0,5 0.2 0.2": `"0,5" is not a number`,
    "3 0.5 0.5 0.2 0.2": "class 3 is unknown",
    "-1 0.5 0.5 0.2 0.2": "class -1 is unknown",
    "0.5 0.5 0.5 0.2 0.2": `the class is "0.5"`,
    "cell 0.5 0.5 0.2 0.2": `the class is "cell"`,
    "0 1.2 0.5 0.2 0.2": "left edge is at 1.1",
    "0 0.5 320 0.2 0.2": "edge is at 319.9",
    "0 0.5 0.5 3 0.2": "left edge is at -1",
    "0 0.5 0.5 0 0.2": "no area",
    "0 0.5 0.5 0.2 -0.2": "no area",
    "0 1.005 0.5 0.001 0.2": "no area within the image",
    "0 0.5 0.1 0.5 0.2 0.5 0.3": "no area within the image"
  }
  for (const [row, reason] of Object.entries(bad)) {
    it(`refuses the row ${row}`, () => assert.include(reasonOf(row), reason))
  }
})
