import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Random from "../../../runtime/data/Random.ts"
import * as Boxes from "../../../runtime/detect/Boxes.ts"
import { distance, onEachBackend, valuesOf } from "./backends.ts"

const known = [[0, 0, 100, 100], [0, 0, 50, 50], [200, 200, 300, 300], [0, 0, 25, 25]]

/** Every row box against the first three. */
const table = (measure: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): ReadonlyArray<number> =>
  valuesOf(measure(tf.tensor(known.flat(), [4, 1, 4]), tf.tensor(known.slice(0, 3).flat(), [1, 3, 4])))

const close = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>, tolerance: number): void => {
  assert.strictEqual(actual.length, expected.length)
  expected.forEach((value, index) => assert.approximately(actual[index] ?? NaN, value, tolerance))
}

/** Boxes near the middle of each other's, so that most pairs overlap. */
const randomBoxes = (key: string, count: number): ReadonlyArray<ReadonlyArray<number>> => {
  const random = Random.stream(5, key)
  return Array.from({ length: count }, () => {
    const [x, y] = [random.between(-3, 3), random.between(-3, 3)]
    const [width, height] = [random.between(1, 8), random.between(1, 8)]
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
  })
}

/** The complete IoU in plain numbers, with alpha given or computed. */
const plainCiou = (a: ReadonlyArray<number>, b: ReadonlyArray<number>, fixed?: number) => {
  const [ax, ay, az, aw] = a as [number, number, number, number]
  const [bx, by, bz, bw] = b as [number, number, number, number]
  const shared = Math.max(0, Math.min(az, bz) - Math.max(ax, bx)) * Math.max(0, Math.min(aw, bw) - Math.max(ay, by))
  const iou = shared / ((az - ax) * (aw - ay + 1e-7) + (bz - bx) * (bw - by + 1e-7) - shared + 1e-7)
  const diagonal = (Math.max(az, bz) - Math.min(ax, bx)) ** 2 + (Math.max(aw, bw) - Math.min(ay, by)) ** 2 + 1e-7
  const centres = ((ax + az - bx - bz) ** 2 + (ay + aw - by - bw) ** 2) / 4
  const aspect = 4 / Math.PI ** 2 * (Math.atan((bz - bx) / (bw - by + 1e-7)) - Math.atan((az - ax) / (aw - ay + 1e-7))) ** 2
  const alpha = fixed ?? aspect / (aspect - iou + 1 + 1e-7)
  return { value: iou - centres / diagonal - aspect * alpha, alpha }
}

onEachBackend("Boxes", () => {
  it("divides the intersection by the union", () => {
    close(table(Boxes.iou), [1, 0.25, 0, 0.25, 1, 0, 0, 0, 1, 0.0625, 0.25, 0], 1e-6)
  })

  it("takes off the uncovered share of the hull for GIoU, distance for DIoU, distance and aspect for CIoU", () => {
    close(table(Boxes.giou).slice(0, 3), [1, 0.25, -0.7778], 5e-5)
    close(table(Boxes.ciou).slice(0, 3), [1, 0.1875, -0.4444], 5e-5)
    // Squares differ in no aspect, so that DIoU equals CIoU.
    close(table(Boxes.diou), table(Boxes.ciou), 1e-6)
    const [wide, tall] = [tf.tensor([[0, 0, 4, 2]]), tf.tensor([[0, 0, 2, 4]])]
    const aspect = 4 / Math.PI ** 2 * (Math.atan(2) - Math.atan(0.5)) ** 2
    const iou = 1 / 3
    close(valuesOf(Boxes.diou(wide, tall)), [iou - 2 / 32], 1e-6)
    close(valuesOf(Boxes.ciou(wide, tall)), [iou - 2 / 32 - aspect * aspect / (aspect - iou + 1)], 1e-6)
  })

  it("computes CIoU as plain arithmetic does, on boxes apart, inside each other and across", () => {
    const [a, b] = [randomBoxes("a", 200), randomBoxes("b", 200)]
    const expected = a.map((box, index) => plainCiou(box, b[index] ?? []).value)
    close(valuesOf(Boxes.ciou(tf.tensor(a.flat(), [200, 4]), tf.tensor(b.flat(), [200, 4]))), expected, 2e-6)
  })

  it("derives CIoU by every side, with alpha constant", () => {
    const [a, b] = [randomBoxes("a", 100), randomBoxes("b", 100)]
    const corners = (boxes: ReadonlyArray<ReadonlyArray<number>>) => Boxes.corners(tf.tensor(boxes.flat(), [100, 4]))
    const { outwards, value } = Boxes.ciouWithGradient(corners(a), corners(b))
    close(valuesOf(value), a.map((box, index) => plainCiou(box, b[index] ?? []).value), 2e-6)
    const expected = [-1, -1, 1, 1].flatMap((outward, side) =>
      a.map((box, index) => {
        const other = b[index] ?? []
        const { alpha } = plainCiou(box, other)
        const moved = (by: number) => plainCiou(box.map((x, at) => at === side ? x + by * outward : x), other, alpha).value
        return (moved(1e-6) - moved(-1e-6)) / 2e-6
      })
    )
    assert.isBelow(distance(valuesOf(outwards), expected), 1e-5)
    close(valuesOf(outwards), expected, 1e-4)
  })

  it("stays finite, gradient included, for boxes without extent, equal and almost equal boxes", () => {
    const random = Random.stream(5, "near")
    const pairs: ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>> = [
      [[0, 0, 0, 0], [0, 0, 0, 0]],
      [[3, 3, 3, 3], [0, 0, 8, 8]],
      [[0, 0, 8, 8], [3, 3, 3, 3]],
      [[0, 0, 8, 8], [0, 0, 8, 8]],
      ...Array.from({ length: 2000 }, () => {
        const box = [random.between(0, 2), random.between(0, 2), random.between(3, 9), random.between(3, 9)]
        return [box, box.map((side) => side * (1 + 2 ** -23 * (random.below(5) - 2)))]
      })
    ]
    const [a, b] = [0, 1].map((which) =>
      Boxes.corners(tf.tensor(pairs.flatMap((pair) => [...(pair[which] ?? [])]), [pairs.length, 4]))
    ) as [Boxes.Corners, Boxes.Corners]
    const { outwards, value } = Boxes.ciouWithGradient(a, b)
    assert.isTrue([...valuesOf(outwards), ...valuesOf(value)].every(Number.isFinite))
  })
})
