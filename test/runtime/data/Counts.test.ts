import { assert, describe, it } from "@effect/vitest"
import * as Counts from "../../../runtime/data/Counts.ts"

const image = (...boxes: ReadonlyArray<readonly [class_: number, side: number]>): Counts.Shown => ({
  classes: boxes.map(([number]) => number),
  sides: boxes.map(([, side]) => side)
})

describe("Counts", () => {
  it("counts images, their boxes by class, and those without any", () => {
    const images = [image([2, 0.5], [0, 0.1]), image(), image([2, 0.3]), image()]
    assert.deepStrictEqual(Counts.of(images, 4), {
      images: 4,
      boxes: 3,
      most: 2,
      background: 2,
      boxesByClass: [1, 0, 2, 0],
      medianSide: 0.3
    })
  })

  it("takes the mean of the two in the middle of an even number of sides, and has none without boxes", () => {
    assert.strictEqual(Counts.of([image([0, 0.25], [0, 10], [0, 9], [0, 0.75])], 1).medianSide, (0.75 + 9) / 2)
    assert.isNull(Counts.of([image()], 1).medianSide)
    assert.deepStrictEqual(Counts.of([], 0).boxesByClass, [])
  })
})
