import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Anchors from "../../../runtime/detect/Anchors.ts"
import * as Assigner from "../../../runtime/detect/Assigner.ts"
import * as Boxes from "../../../runtime/detect/Boxes.ts"
import * as Decode from "../../../runtime/detect/Decode.ts"
import { onEachBackend, valuesOf } from "./backends.ts"
import { cases, truthOf, truthOfCase } from "./truth.ts"

type Box = readonly [number, number, number, number]

/** Assigns predictions given as boxes in pixels `[batch][anchors]` and class scores 0..1 `[batch][anchors][classes]`. */
const assign = (
  anchors: Anchors.Anchors,
  boxes: ReadonlyArray<ReadonlyArray<Box>>,
  scores: ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>>,
  truth: Assigner.Truth
) => {
  const batch = boxes.length
  const classes = scores[0]?.[0]?.length ?? 0
  const { centres, strides } = Decode.anchorTensors(anchors)
  const { row, score } = Assigner.assign({
    logits: tf.tensor3d(scores.flat(2).map((p) => Math.log(p / (1 - p))), [batch, anchors.count, classes]),
    corners: Boxes.corners(tf.tensor3d(boxes.flat(2), [batch, anchors.count, 4])),
    centres: tf.mul(centres, strides)
  }, truth)
  return { row: valuesOf(row), score: valuesOf(score) }
}

const every = <A>(count: number, value: A): ReadonlyArray<A> => Array.from({ length: count }, () => value)
const close = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>, tolerance = 1e-5): void => {
  assert.strictEqual(actual.length, expected.length)
  expected.forEach((value, index) => assert.approximately(actual[index] ?? NaN, value, tolerance, `number ${index}`))
}

const plainIou = (a: Box, b: Box): number => {
  const shared = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]))
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1])
  return shared / (area(a) + area(b) - shared)
}

// Centres at 4, 12, 20 and 28 pixels on both axes.
const grid = Anchors.make(32, [8])

onEachBackend("Assigner", () => {
  for (const of of cases) {
    it(`agrees with the reference: ${of.name}`, () => {
      const layout = Anchors.make(of.input, of.strides)
      const { centres, strides } = Decode.anchorTensors(layout)
      const { expected } = Decode.distribution(tf.tensor3d([...of.distances], [of.batch, of.anchors, 64]))
      const { high, low } = Decode.cornersAround(centres, expected)
      const { row, score } = Assigner.assign({
        logits: tf.tensor3d([...of.logits], [of.batch, of.anchors, of.logits.length / of.batch / of.anchors]),
        corners: { low: tf.mul(low, strides), high: tf.mul(high, strides) },
        centres: tf.mul(centres, strides)
      }, truthOfCase(of))
      close(valuesOf(score), of.expected.score, 2e-6)
      const rows = valuesOf(row)
      of.expected.owner.flat().forEach((owner, index) => {
        const image = Math.floor(index / of.anchors)
        if (owner >= 0) assert.strictEqual(rows[index], image * (of.boxes[0]?.length ?? 0) + owner, `anchor ${index}`)
      })
    })
  }

  it("gives a box its best anchors inside it, with targets up to its largest overlap", () => {
    // The box holds the four middle centres. Predictions are the box cut by 0, 2, 4 and 8 pixels at the right.
    const box: Box = [8, 8, 24, 24]
    const cut = new Map([[5, 0], [6, 2], [9, 4], [10, 8]])
    const boxes = Array.from({ length: 16 }, (_, anchor): Box => [8, 8, 24 - (cut.get(anchor) ?? 0), 24])
    const scores = Array.from({ length: 16 }, (_, anchor) => [0.01, anchor === 9 ? 0.9 : 0.4])
    const { row, score } = assign(grid, [boxes], [scores], truthOf([[[box, 1]]]))
    const alignment = [5, 6, 9, 10].map((anchor) => {
      const predicted = boxes[anchor] as Box
      const aspect = 4 / Math.PI ** 2 * (Math.PI / 4 - Math.atan((predicted[2] - 8) / 16)) ** 2
      const iou = plainIou(predicted, box)
      const ciou = iou - ((24 - predicted[2]) / 2) ** 2 / 512 - (aspect === 0 ? 0 : aspect ** 2 / (aspect - iou + 1))
      return (scores[anchor]?.[1] ?? 0) ** 0.5 * ciou ** 6
    })
    const best = Math.max(...alignment)
    close([5, 6, 9, 10].map((anchor) => score[anchor] ?? NaN), alignment.map((value) => value / best))
    close(score.filter((_, anchor) => !cut.has(anchor)), every(12, 0))
    assert.deepStrictEqual(row, every(16, 0))
  })

  it("takes at most ten anchors for a box, of equal ones the first", () => {
    const box: Box = [0, 0, 32, 32]
    const { score } = assign(grid, [every(16, box)], [every(16, [0.5])], truthOf([[[box, 0]]]))
    close(score, [...every(10, 1), ...every(6, 0)])
  })

  it("counts a centre on the box's edge as outside", () => {
    const box: Box = [4, 4, 20, 20]
    const { score } = assign(grid, [every(16, box)], [every(16, [0.5])], truthOf([[[box, 0]]]))
    close(score, Array.from({ length: 16 }, (_, anchor) => anchor === 5 ? 1 : 0))
  })

  it("gives an anchor that two boxes take to the one that it overlaps most, of equal ones to the first", () => {
    const [left, right]: [Box, Box] = [[0, 0, 20, 32], [8, 0, 32, 32]]
    const truth = truthOf([[[left, 0], [right, 0]]])
    // Centres at 12 lie in both boxes.
    const shared = [1, 5, 9, 13]
    const owners = (predicted: Box, boxes: Assigner.Truth = truth): ReadonlyArray<number | undefined> => {
      const { row } = assign(grid, [every(16, predicted)], [every(16, [0.5])], boxes)
      return shared.map((anchor) => row[anchor])
    }
    assert.deepStrictEqual(owners([0, 0, 22, 32]), every(4, 0))
    assert.deepStrictEqual(owners([6, 0, 32, 32]), every(4, 1))
    assert.deepStrictEqual(owners(left, truthOf([[[left, 0], [left, 0]]])), every(4, 0))
  })

  it("measures classes by the box's own class, and boxes by their own image", () => {
    const box: Box = [0, 0, 16, 16]
    const scores = [0, 1].map((image) => Array.from({ length: 16 }, () => image === 0 ? [0.9, 0.1] : [0.1, 0.9]))
    const boxes = every(2, Array.from({ length: 16 }, (_, anchor): Box => anchor === 0 ? box : [0, 0, 16, 14]))
    const { row, score } = assign(grid, boxes, scores, truthOf([[null, [box, 1]], [[box, 1]]]))
    // The same score for every anchor of an image cancels, so both images have the same targets.
    close(score.slice(0, 16), score.slice(16))
    assert.deepStrictEqual([row[0], row[16]], [1, 2])
    assert.strictEqual(Math.max(...score), 1)
  })

  it("assigns nothing where there are no boxes, none inside, or no overlap", () => {
    const boxes = [every(16, [0, 0, 8, 8] as Box)]
    const scores = [every(16, [0.5])]
    const nothing = every(16, 0)
    assert.deepStrictEqual(assign(grid, boxes, scores, truthOf([[null, null]])).score, nothing)
    assert.deepStrictEqual(assign(grid, boxes, scores, truthOf([[[[5, 5, 11, 11], 0]]])).score, nothing)
    assert.deepStrictEqual(assign(grid, boxes, scores, truthOf([[[[16, 16, 32, 32], 0]]])).score, nothing)
  })

  it("survives predictions and boxes that are not finite", () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const boxes = [Array.from({ length: 16 }, (_, anchor): Box => anchor % 3 === 0 ? [value, 0, 32, 32] : [0, 0, 32, 32])]
      const scores = [Array.from({ length: 16 }, (_, anchor) => [anchor % 4 === 1 ? NaN : 0.5])]
      const truth = truthOf([[[[0, 0, 32, 32], 0], [[value, 0, 32, 32], 0]]])
      const { score } = assign(grid, boxes, scores, truth)
      assert.isTrue(score.every(Number.isFinite))
    }
  })
})
