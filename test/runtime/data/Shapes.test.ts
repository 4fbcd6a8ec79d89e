import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Scene from "../../../runtime/data/Scene.ts"
import * as Shapes from "../../../runtime/data/Shapes.ts"

const dataset = Dataset.shapes({ train: 40, val: 10, seed: 7 })

const hashOf = (size: number): string => {
  const hash = createHash("sha256")
  for (let index = 0; index < 24; index++) {
    const { boxes, classes, pixels } = Shapes.draw(dataset, index % 2 === 0 ? "train" : "val", index, size)
    hash.update(pixels).update(boxes).update(classes)
  }
  return hash.digest("hex")
}

describe("Shapes", () => {
  it("draws what it has always drawn: where this fails on purpose, raise Scene.version", () => {
    assert.strictEqual(hashOf(64), "f707d0a151ccef093f391188aee097998172dd858cb9c9baa740397cc6d76795")
    assert.strictEqual(hashOf(97), "e1cbc08cd48b969ab1fddafdcfec992fe0a5b40d9a07e348e6969f03ce32cea1")
  })

  it("draws other images for another seed, split, index or set of classes", () => {
    const pictures = [
      Shapes.draw(dataset, "train", 0, 64),
      Shapes.draw(dataset, "train", 1, 64),
      Shapes.draw(dataset, "val", 0, 64),
      Shapes.draw({ ...dataset, seed: 8 }, "train", 0, 64),
      Shapes.draw({ ...dataset, classes: ["square"] }, "train", 0, 64)
    ]
    const hashes = pictures.map(({ pixels }) => createHash("sha256").update(pixels).digest("hex"))
    assert.strictEqual(new Set(hashes).size, pictures.length)
  })

  it("shows the same shapes at every size", () => {
    for (let index = 0; index < 20; index++) {
      const small = Shapes.draw(dataset, "train", index, 64)
      const large = Shapes.draw(dataset, "train", index, 256)
      assert.deepStrictEqual(small.classes, large.classes)
      small.boxes.forEach((edge, at) => assert.closeTo(edge * 4, large.boxes[at] ?? NaN, 6))
    }
  })

  it("keeps boxes within the image, and the classes among those of the data set", () => {
    const two = Dataset.shapes({ train: 40, val: 10, seed: 3, classes: ["triangle", "circle"] })
    for (let index = 0; index < 40; index++) {
      const { boxes, classes } = Shapes.draw(two, "train", index, 64)
      assert.isTrue(classes.every((number) => number === 0 || number === 1))
      assert.isTrue(boxes.every((edge) => edge >= 0 && edge <= 64))
      classes.forEach((_, at) => assert.isBelow(boxes[4 * at] ?? NaN, boxes[4 * at + 2] ?? NaN))
    }
  })

  it("knows the boxes that it draws, without drawing", () => {
    const size = 200
    for (const split of ["train", "val"] as const) {
      const shown = [...Scene.shown(dataset, split)]
      assert.strictEqual(shown.length, dataset[split])
      shown.forEach(({ classes, sides }, index) => {
        const drawn = Shapes.draw(dataset, split, index, size)
        assert.deepStrictEqual(classes, Array.from(drawn.classes))
        sides.forEach((side, at) => {
          const [left = NaN, top = NaN, right = NaN, bottom = NaN] = drawn.boxes.subarray(4 * at, 4 * at + 4)
          assert.closeTo(side, Math.sqrt((right - left) * (bottom - top)) / size, 2.5 / size)
        })
      })
    }
  })
})
