import { assert, describe, it } from "@effect/vitest"
import * as Random from "../../../runtime/data/Random.ts"
import * as Nms from "../../../runtime/detect/Nms.ts"

const three = [
  285.3538, 185.5758, 1193.511, 851.4551, 285.1472, 188.7374, 1192.4984, 851.0669, 279.244, 197.9812, 1189.4746, 849.2019
]

describe("Nms", () => {
  it("keeps the best of boxes that overlap", () => {
    const kept = Nms.select(three, [0.637, 0.7569, 0.3966], 1, { ...Nms.validation, iou: 0.2 })
    assert.deepStrictEqual(kept, [{ box: [285.1472, 188.7374, 1192.4984, 851.0669], class: 0, score: 0.7569 }])
  })

  it("lets boxes of different classes stand, several classes for one anchor, best first", () => {
    const kept = Nms.select([0, 0, 10, 10, 0, 0, 10, 9], [0.5, 0.2, 0.6, 0.0005], 2)
    assert.deepStrictEqual(kept.map(({ box, class: kind, score }) => [box[3], kind, score]), [[9, 0, 0.6], [10, 1, 0.2]])
  })

  it("suppresses above the threshold only, and a suppressed box suppresses nothing", () => {
    // Overlaps of neighbours .6, of the outer two 1/3.
    const row = [0, 0, 8, 1, 2, 0, 10, 1, 4, 0, 12, 1]
    const classes = (iou: number) => Nms.select(row, [0.9, 0.8, 0.7], 1, { ...Nms.validation, iou }).map(({ score }) => score)
    assert.deepStrictEqual(classes(0.6), [0.9, 0.8, 0.7])
    assert.deepStrictEqual(classes(0.59), [0.9, 0.7])
    assert.deepStrictEqual(classes(0.3), [0.9])
  })

  it("leaves out scores at or below the confidence and scores that are NaN, and stops at the most", () => {
    const boxes = Array.from({ length: 6 }, (_, index) => [index * 10, 0, index * 10 + 5, 5]).flat()
    const scores = [0.001, 0.4, NaN, 0.9, 0.4, 0.0011]
    const left = (options: Partial<Nms.Options>) =>
      Nms.select(boxes, scores, 1, { ...Nms.validation, ...options }).map(({ box }) => box[0] / 10)
    assert.deepStrictEqual(left({}), [3, 1, 4, 5])
    assert.deepStrictEqual(left({ most: 2 }), [3, 1])
    assert.deepStrictEqual(left({ confidence: 1 }), [])
  })

  it("agrees with the quadratic definition on random boxes", () => {
    const random = Random.stream(2, "nms")
    const [anchors, classes] = [150, 3]
    const boxes = Array.from({ length: anchors }, () => {
      const [x, y] = [random.between(0, 40), random.between(0, 40)]
      return [x, y, x + random.between(5, 30), y + random.between(5, 30)] as const
    })
    const scores = Array.from({ length: anchors * classes }, () => Math.round(random.uniform() * 50) / 50)
    const overlap = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
      const [ax = 0, ay = 0, az = 0, aw = 0] = a
      const [bx = 0, by = 0, bz = 0, bw = 0] = b
      const shared = Math.max(0, Math.min(az, bz) - Math.max(ax, bx)) * Math.max(0, Math.min(aw, bw) - Math.max(ay, by))
      return shared / ((az - ax) * (aw - ay) + (bz - bx) * (bw - by) - shared)
    }
    const expected = Array.from({ length: classes }, (_, kind) => {
      let rest = boxes
        .map((box, anchor) => ({ box, class: kind, score: scores[anchor * classes + kind] ?? 0 }))
        .filter(({ score }) => score > 0.1)
        .toSorted((a, b) => b.score - a.score)
      const kept: Array<typeof rest[number]> = []
      while (rest[0] !== undefined) {
        const best = rest[0]
        kept.push(best)
        rest = rest.slice(1).filter(({ box }) => overlap(best.box, box) <= 0.5)
      }
      return kept
    })
    const actual = Nms.select(boxes.flat(), scores, classes, { confidence: 0.1, iou: 0.5, most: Infinity })
    for (let kind = 0; kind < classes; kind++) {
      assert.deepStrictEqual(actual.filter((detection) => detection.class === kind), expected[kind])
    }
    assert.deepStrictEqual(actual.map(({ score }) => score), actual.map(({ score }) => score).toSorted((a, b) => b - a))
  })
})
