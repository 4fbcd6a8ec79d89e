import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Batch, SampleReference } from "../../../runtime/data/Batch.ts"
import type { Loader } from "../../../runtime/data/Loader.ts"
import type { Entry } from "../../../runtime/data/Source.ts"
import type { Step } from "../../../runtime/step/Step.ts"
import * as Evaluate from "../../../runtime/train/Evaluate.ts"

const size = 2

/** A photograph of 640 x 480 on an input of 160 px, 20 px above and below it filled. */
const photograph = (index: number): SampleReference => ({
  row: index,
  split: "val",
  index,
  file: `images/${index}.jpg`,
  width: 640,
  height: 480,
  scale: 0.25,
  left: 0,
  top: 20,
  flipped: false
})

const onEvery = (values: ReadonlyArray<number>): Float32Array =>
  Float32Array.from(Array.from({ length: size }, () => values).flat())

const batch = (samples: ReadonlyArray<SampleReference>): Batch => ({
  epoch: 0,
  index: 0,
  images: new Float32Array(size * 4 * 4 * 3),
  // On every image a large box of class 0, and one of class 1 that is small in the original: 24 px wide.
  boxes: onEvery([40, 30, 120, 100, 10, 25, 16, 31]),
  classes: Int32Array.of(0, 1, 0, 1),
  present: Float32Array.of(1, 1, 1, 1),
  samples
})

const loaderOf = (batches: ReadonlyArray<Batch>): Loader => ({
  next: Effect.die("not asked for here"),
  validationBatches: batches.length,
  validation: (index) => Effect.sync(() => batches[index] as Batch)
})

/** Predicts the same boxes, by anchors with scores of two classes, on every image. */
const predicting = (boxes: ReadonlyArray<number>, scores: ReadonlyArray<number>): Step =>
  ({
    batch: size,
    predict: () => ({
      boxes: onEvery(boxes),
      scores: onEvery(scores)
    })
  }) as unknown as Step

const evaluate = (step: Step, batches: ReadonlyArray<Batch>, entries: ReadonlyArray<Entry> = []) =>
  Evaluate.evaluate(step, loaderOf(batches), ["red", "white"], entries)

describe("Evaluate", () => {
  it.effect("measures in pixels of the original image", () =>
    Effect.gen(function*() {
      const right = predicting([40, 30, 120, 100, 10, 25, 16, 31], [0.9, 0, 0, 0.8])
      const { map, mapLarge, mapSmall, perClass } = yield* evaluate(right, [batch([photograph(0), photograph(1)])])
      assert.strictEqual(map, 1)
      // 6 px of the input are 24 of the original: small. 80 are 320: large.
      assert.deepStrictEqual([mapSmall, mapLarge], [1, 1])
      assert.deepStrictEqual(perClass.map(({ boxes }) => boxes), [2, 2])
    }))

  it.effect("cuts what reaches over the border of the original, where nothing was to be found", () =>
    Effect.gen(function*() {
      // Without the cut, the part in the filled border would push the overlap below every threshold.
      const over = {
        ...batch([photograph(0), photograph(1)]),
        boxes: onEvery([40, 20, 120, 60, 0, 0, 0, 0]),
        present: onEvery([1, 0])
      }
      const { map } = yield* evaluate(predicting([40, 0, 120, 60, 0, 0, 1, 1], [0.9, 0, 0, 0]), [over])
      assert.strictEqual(map, 1)
    }))

  it.effect("maps what lies across as it does what lies down", () =>
    Effect.gen(function*() {
      const upright = { ...photograph(0), width: 480, height: 640, left: 20, top: 0 }
      // 30 px each way are 120 of the original: large by its area alone if both are scaled. The other lies at the border.
      const tall = { ...batch([upright, upright]), boxes: onEvery([60, 60, 90, 90, 20, 40, 60, 120]) }
      const { map, mapLarge, mapMedium } = yield* evaluate(predicting([60, 60, 90, 90, 0, 40, 60, 120], [0.9, 0, 0, 0.8]), [tall])
      assert.deepStrictEqual([map, mapLarge, mapMedium], [1, 1, -1])
    }))

  it.effect("counts no image that only fills up the last batch, and no class that is confused", () =>
    Effect.gen(function*() {
      const last = batch([photograph(2)])
      const { perClass } = yield* evaluate(predicting([40, 30, 120, 100, 10, 25, 16, 31], [0, 0.9, 0.8, 0]), [last])
      assert.deepStrictEqual(perClass.map(({ boxes, map }) => [boxes, map]), [[1, 0], [1, 0]])
    }))

  it.effect("takes areas and crowds from the data set, which a batch does not carry", () =>
    Effect.gen(function*() {
      const entryOf = (labels: Entry["labels"]): Entry => ({ file: "a.jpg", size: { width: 640, height: 480 }, labels })
      // The large box of the batch, in shares of the photograph, said to be small.
      const object = { boxes: [0.25, 10 / 120, 0.75, 80 / 120], classes: [0], areas: [1000] }
      const over = predicting([40, 30, 120, 100, 10, 25, 16, 31], [0.9, 0, 0.95, 0])
      const one = [batch([photograph(0)])]
      const alone = yield* evaluate(over, one, [entryOf(object)])
      assert.deepStrictEqual([alone.mapSmall, alone.mapLarge, alone.map50], [0.5, -1, 0.5])
      // What lies in a crowd is no false positive.
      const crowds = { boxes: [0, 0, 0.25, 0.25], classes: [0] }
      const { map50, perClass } = yield* evaluate(over, one, [entryOf({ ...object, crowds })])
      assert.approximately(map50, 1, 1e-12)
      assert.deepStrictEqual(perClass.map(({ boxes }) => boxes), [1, 0])
    }))
})
