import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type * as AveragePrecision from "../../../runtime/detect/AveragePrecision.ts"
import * as Confusion from "../../../runtime/detect/Confusion.ts"

const square = (x: number, y = 0): AveragePrecision.Box => [x, y, 10, 10]

const countsOf = (classes: number, ...images: ReadonlyArray<AveragePrecision.Image>): ReadonlyArray<ReadonlyArray<number>> => {
  const confusion = new Confusion.Confusion(classes)
  for (const image of images) confusion.add(Confusion.judge(image))
  return confusion.counts
}

describe("Confusion", () => {
  it("counts what is found, mistaken, missed, and found where nothing is", () => {
    const image: AveragePrecision.Image = {
      truth: [{ box: square(0), class: 0 }, { box: square(20), class: 0 }, { box: square(40), class: 1 }, { box: square(60), class: 1 }],
      detections: [
        { box: square(0), class: 0, score: 0.9 },
        // IoU 9 / 11 with a box of another class.
        { box: square(21), class: 1, score: 0.8 },
        { box: square(40), class: 1, score: 0.25 },
        { box: square(60), class: 1, score: 0.2499 },
        { box: square(200), class: 0, score: 0.6 }
      ]
    }
    assert.deepStrictEqual(countsOf(2, image), [[1, 1, 0], [0, 1, 1], [1, 0, 0]])
    assert.strictEqual(Confusion.mistakes(Confusion.judge(image)), 3)
    assert.deepStrictEqual(countsOf(2, image, image), [[2, 2, 0], [0, 2, 2], [2, 0, 0]])
  })

  it("gives a box to the best score, even where a worse one overlaps it more, and a second one is false", () => {
    const judged = Confusion.judge({
      truth: [{ box: square(0), class: 0 }],
      detections: [{ box: square(0), class: 0, score: 0.5 }, { box: square(2), class: 1, score: 0.6 }]
    })
    assert.deepStrictEqual(judged.truth.map(({ as }) => as), [1])
    assert.deepStrictEqual(judged.detections.map(({ class: kind, of }) => [kind, of]), [[1, 0], [0, null]])
  })

  it("gives a detection the free box that it overlaps most", () => {
    const { truth } = Confusion.judge({
      truth: [{ box: square(3), class: 0 }, { box: square(1), class: 1 }],
      detections: [{ box: square(0), class: 1, score: 0.9 }]
    })
    assert.deepStrictEqual(truth.map(({ as }) => as), [null, 1])
  })

  it("takes a box from IoU one half on", () => {
    const found = (width: number) =>
      Confusion.judge({
        truth: [{ box: [0, 0, 10, 10], class: 0 }],
        detections: [{ box: [0, 0, width, 10], class: 0, score: 1 }]
      }).truth.map(({ as }) => as)
    assert.deepStrictEqual(found(20), [0])
    assert.deepStrictEqual(found(20.1), [null])
  })

  it("counts what lies in a crowd neither for nor against, and no crowd as missed", () => {
    const crowd = { box: [0, 0, 100, 100], class: 0, crowd: true } as const
    const within = { box: square(10), class: 1, score: 0.9 }
    assert.deepStrictEqual(countsOf(2, { truth: [crowd], detections: [within, within] }), [[0, 0, 0], [0, 0, 0], [0, 0, 0]])
    const object = { box: square(10), class: 1 }
    for (const truth of [[crowd, object], [object, crowd]]) {
      assert.deepStrictEqual(countsOf(2, { truth, detections: [within] }), [[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    }
  })

  it("counts every box once, and every detection that counts once", () => {
    const side = fc.integer({ min: 1, max: 30 })
    const box = fc.tuple(side, side, side, side)
    const kind = fc.integer({ min: 0, max: 2 })
    const image = fc.record({
      truth: fc.array(fc.record({ box, class: kind }), { maxLength: 12 }),
      detections: fc.array(fc.record({ box, class: kind, score: fc.double({ min: 0, max: 1, noNaN: true }) }), { maxLength: 12 })
    })
    fc.assert(fc.property(image, ({ detections, truth }) => {
      const counts = countsOf(3, { truth, detections })
      const row = (is: number): number => (counts[is] ?? []).reduce((sum, count) => sum + count, 0)
      const column = (as: number): number => counts.reduce((sum, of) => sum + (of[as] ?? 0), 0)
      for (const which of [0, 1, 2]) {
        assert.strictEqual(row(which), truth.filter((one) => one.class === which).length)
        assert.strictEqual(column(which), detections.filter((one) => one.class === which && one.score >= 0.25).length)
      }
      assert.strictEqual(counts[3]?.[3], 0)
    }))
  })
})
