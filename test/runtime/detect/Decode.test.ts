import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Anchors from "../../../runtime/detect/Anchors.ts"
import * as Decode from "../../../runtime/detect/Decode.ts"
import { onEachBackend, valuesOf } from "./backends.ts"

/** Logits that put each side's whole distribution on one bin. */
const certain = (distances: ReadonlyArray<number>): Array<number> =>
  distances.flatMap((distance) => Array.from({ length: 16 }, (_, bin) => bin === distance ? 100 : 0))

onEachBackend("Decode", () => {
  it("takes left, top, right and bottom from the centre, in strides, and gives pixels", () => {
    const anchors = Anchors.make(32, [16])
    const sides = [[0, 0, 0, 0], [1, 2, 3, 4], [15, 0, 15, 0], [0, 1, 0, 1]]
    const boxes = Decode.pixels(tf.tensor3d(certain(sides.flat()), [1, 4, 64]), anchors)
    assert.deepStrictEqual(boxes.shape, [1, 4, 4])
    const expected = [8, 8, 8, 8, 8, -24, 72, 72, -232, 24, 248, 24, 24, 8, 24, 40]
    valuesOf(boxes).forEach((value, index) => assert.approximately(value, expected[index] ?? NaN, 1e-3))
  })

  it("takes a distribution's mean, whatever is added to all of its logits", () => {
    const logits = [...Array(15).fill(-200), Math.log(3), 0, ...Array(15).fill(-200), ...Array(32).fill(0)] as Array<number>
    const means = (shift: number) =>
      valuesOf(Decode.distribution(tf.add(tf.tensor3d(logits, [1, 1, 64]), shift)).expected)
    for (const shift of [0, 5000, -5000]) {
      const [left = NaN, top = NaN, right = NaN] = means(shift)
      assert.approximately(left, 15, 1e-3)
      assert.approximately(top, 0, 1e-3)
      assert.approximately(right, 7.5, 1e-3)
    }
  })

  it("gives every image of a batch its own boxes", () => {
    const anchors = Anchors.make(8, [8])
    const logits = tf.tensor3d([...certain([1, 1, 1, 1]), ...certain([0, 2, 0, 2])], [2, 1, 64])
    const boxes = valuesOf(Decode.pixels(logits, anchors)).map((value) => Math.round(value))
    assert.deepStrictEqual(boxes, [-4, -4, 12, 12, 4, -12, 4, 20])
  })
})
