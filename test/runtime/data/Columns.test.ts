import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Augment from "../../../dsl/Augment.ts"
import * as Columns from "../../../runtime/data/Columns.ts"

const column = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
const areaOf = ([x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN]: ReadonlyArray<number>): number => (x2 - x1) * (y2 - y1)

describe("Columns", () => {
  it("are four times the most boxes of an image where mosaics are shown, up to 128", () => {
    const of = (maxBoxes: number) => Columns.of(Augment.standard({ mosaic: 0.1 }), maxBoxes)
    assert.deepStrictEqual([1, 30, 32, 33, 100, 128, 500].map(of), [4, 120, 128, 128, 128, 128, 500])
    for (const augment of [Augment.off, Augment.standard({ mosaic: 0 })]) {
      assert.strictEqual(Columns.of(augment, 30), 30)
    }
  })

  it("fit the largest boxes, each with its class and in the order in which they came", () => {
    fc.assert(fc.property(fc.array(column), fc.nat(12), (sizes, columns) => {
      const placed = {
        boxes: sizes.flatMap(([width, height], at) => [at, at, at + width, at + height]),
        classes: sizes.map((_, at) => at)
      }
      const { boxes, classes } = Columns.fit(placed, columns)
      assert.strictEqual(classes.length, Math.min(columns, sizes.length))
      assert.deepStrictEqual(classes, classes.toSorted((left, right) => left - right))
      const kept = classes.map((_, at) => boxes.slice(4 * at, 4 * at + 4))
      classes.forEach((box, at) => assert.deepStrictEqual(kept[at], placed.boxes.slice(4 * box, 4 * box + 4)))
      const least = Math.min(...kept.map(areaOf))
      sizes.forEach(([width, height], at) => {
        if (!classes.includes(at) && columns > 0) assert.isAtMost(width * height, least)
      })
    }))
  })
})
