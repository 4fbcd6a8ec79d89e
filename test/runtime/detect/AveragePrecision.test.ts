import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import * as AveragePrecision from "../../../runtime/detect/AveragePrecision.ts"

interface Set {
  readonly classes: number
  readonly images: ReadonlyArray<AveragePrecision.Image>
  readonly expected: Omit<AveragePrecision.Evaluation, "format" | "perClass"> & {
    readonly perClass: ReadonlyArray<{ readonly map: number; readonly map50: number; readonly boxes: number }>
  }
}

const sets = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "../../fixtures/detect/averagePrecision.json"), "utf8")
) as ReadonlyArray<Set>

const square = (x: number, side: number) => [x, 0, x + side, side] as const

describe("AveragePrecision", () => {
  it("agrees with pycocotools on sets with crowds, given areas, empty images, equal scores and too many detections", () => {
    assert.strictEqual(sets.length, 50)
    sets.forEach(({ classes, expected, images }, number) => {
      const actual = AveragePrecision.evaluate(images, Array.from({ length: classes }, (_, kind) => `class ${kind}`))
      for (const [field, value] of Object.entries(expected)) {
        if (field === "perClass") continue
        const mine = actual[field as keyof typeof actual] as number
        assert.approximately(mine, value as number, 1e-6, `set ${number}: ${field}`)
      }
      expected.perClass.forEach((of, kind) => {
        const mine = actual.perClass[kind]
        assert.strictEqual(mine?.class, `class ${kind}`)
        assert.strictEqual(mine?.boxes, of.boxes)
        assert.approximately(mine?.map ?? NaN, of.map, 1e-6, `set ${number}: map of class ${kind}`)
        assert.approximately(mine?.map50 ?? NaN, of.map50, 1e-6, `set ${number}: map50 of class ${kind}`)
      })
    })
  })

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
})
