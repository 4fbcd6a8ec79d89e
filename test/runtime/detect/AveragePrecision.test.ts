import { assert, describe, it } from "@effect/vitest"
import * as AveragePrecision from "../../../runtime/detect/AveragePrecision.ts"

const square = (x: number, side: number) => [x, 0, side, side] as const

describe("AveragePrecision", () => {
  it("gives 51 of 101 recall points where one of two boxes is found", () => {
    const image = {
      truth: [{ box: square(0, 10), class: 0 }, { box: square(50, 10), class: 0 }],
      detections: [{ box: square(0, 10), class: 0, score: 0.9 }]
    }
    const { ar1, map, map50 } = AveragePrecision.evaluate([image], ["a"])
    assert.approximately(map50, 51 / 101, 1e-9)
    assert.approximately(map, 0.50495, 1e-5)
    assert.strictEqual(ar1, 0.5)
  })

  it("counts a detection twice found as false only below a box that is found, and places IoU on the threshold as found", () => {
    const truth = [{ box: square(0, 10), class: 0 }]
    const found = (...detections: AveragePrecision.Image["detections"]) =>
      AveragePrecision.evaluate([{ truth, detections }], ["a"])
    assert.approximately(found({ box: [0, 0, 10, 5], class: 0, score: 0.3 }).map50, 1, 1e-12)
    assert.strictEqual(found({ box: [0, 0, 10, 5], class: 0, score: 0.3 }).map75, 0)
    const uncredited = [{ box: square(0, 10), class: 0, uncredited: true }]
    const detections = [{ box: square(0, 10), class: 0, score: 0.9 }]
    assert.strictEqual(AveragePrecision.evaluate([{ truth: uncredited, detections }], ["a"]).map, 0)
    const twice = [{ box: square(0, 10), class: 0, score: 0.9 }, { box: square(0, 10), class: 0, score: 0.8 }]
    assert.approximately(found(...twice).map50, 1, 1e-12)
    const wrongFirst = [{ box: square(90, 10), class: 0, score: 0.95 }, { box: square(0, 10), class: 0, score: 0.8 }]
    assert.approximately(found(...wrongFirst).map50, 0.5, 1e-12)
  })

  it("says -1 where nothing was there to be found, and 0 where nothing was found", () => {
    const nothing = AveragePrecision.evaluate([{ truth: [], detections: [] }], ["a"])
    assert.deepStrictEqual(nothing, {
      format: "ballast.eval/1",
      map: -1,
      map50: -1,
      map75: -1,
      mapSmall: -1,
      mapMedium: -1,
      mapLarge: -1,
      ar1: -1,
      ar10: -1,
      ar100: -1,
      arSmall: -1,
      arMedium: -1,
      arLarge: -1,
      perClass: [{ class: "a", map: -1, map50: -1, boxes: 0 }]
    })
    const missed = AveragePrecision.evaluate([{ truth: [{ box: square(0, 50), class: 0 }], detections: [] }], ["a", "b"])
    assert.deepStrictEqual([missed.map, missed.mapSmall, missed.mapMedium, missed.ar100], [0, -1, 0, 0])
    assert.deepStrictEqual(missed.perClass, [
      { class: "a", map: 0, map50: 0, boxes: 1 },
      { class: "b", map: -1, map50: -1, boxes: 0 }
    ])
  })

  it("keeps the precision at each of 101 recalls, whose mean is the average", () => {
    const image = {
      truth: [{ box: square(0, 10), class: 0 }, { box: square(50, 10), class: 0 }],
      // Precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1: at a recall counts the best that a higher one has.
      detections: [
        { box: square(0, 10), class: 0, score: 0.95 },
        { box: square(90, 10), class: 0, score: 0.9 },
        { box: square(50, 10), class: 0, score: 0.8 }
      ]
    }
    const { curves: [curve, none], evaluation } = AveragePrecision.survey([image], ["a", "b"])
    assert.isNull(none)
    assert.lengthOf(curve ?? [], 101)
    curve?.forEach((precision, place) => assert.approximately(precision, place <= 50 ? 1 : 2 / 3, 1e-12))
    assert.approximately((51 + 50 * 2 / 3) / 101, evaluation.map50, 1e-12)
  })
})
