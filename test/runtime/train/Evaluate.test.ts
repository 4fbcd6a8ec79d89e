import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Clip from "../../../dsl/Clip.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import type { Batch, SampleReference } from "../../../runtime/data/Batch.ts"
import type { Loader } from "../../../runtime/data/Loader.ts"
import type { Entry } from "../../../runtime/data/Source.ts"
import * as Random from "../../../runtime/data/Random.ts"
import * as Wasm from "../../../runtime/engine/wasm/Backend.ts"
import * as WasmKernels from "../../../runtime/engine/wasm/Kernels.ts"
import * as Classifier from "../../../runtime/nets/classifier/Classifier.ts"
import * as ClipMemory from "../../../runtime/optim/Clip.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../runtime/step/EagerStep.ts"
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

describe("Evaluate.measure", () => {
  const classes = ["red", "green", "blue"]
  const entries: ReadonlyArray<Entry> = []

  it.effect("counts the pairs of image and class that a classifier says rightly, and no image that only fills up", () =>
    Effect.gen(function*() {
      const graph = Classifier.build(Model.classifier({ channels: [2], input: 4 }), classes, 0)
      const images = batch([photograph(0), photograph(1)])
      // Both images show classes 0 and 1; a score of one half is a yes.
      const measured = (scores: ReadonlyArray<number>, samples: number) => {
        const step = { batch: size, predict: () => ({ boxes: new Float32Array(), scores: Float32Array.from(scores) }) }
        const shown = { ...images, samples: images.samples.slice(0, samples) }
        return Effect.map(Evaluate.measure(step as unknown as Step, loaderOf([shown]), graph, entries, 0), ({ measured }) => measured)
      }
      const all = { map: null, map50: null }
      assert.deepStrictEqual(yield* measured([0.9, 0.9, 0.1, 0.6, 0.5, 0.49], 2), { ...all, accuracy: 1 })
      assert.deepStrictEqual(yield* measured([0.9, 0.4, 0.1, 0.6, 0.4, 0.7], 2), { ...all, accuracy: 3 / 6 })
      assert.deepStrictEqual(yield* measured([0.9, 0.4, 0.1, 0, 0, 1], 1), { ...all, accuracy: 2 / 3 })
      assert.deepStrictEqual(yield* measured([NaN, NaN, NaN, NaN, NaN, NaN], 2), { ...all, accuracy: 2 / 6 })
    }))

  it.live("sees a classifier learn within a hundred steps which colours an image shows", () =>
    Effect.gen(function*() {
      const kernels = WasmKernels.make(yield* Effect.promise(Wasm.load))
      const configuration: Configuration = {
        graph: Classifier.build(Model.classifier({ channels: [6, 8], input: 12 }), classes, 0.1),
        loss: Loss.binaryCrossEntropy({ smoothing: 0.05 }),
        optimizer: Optimizer.adamw(),
        clip: Clip.auto({ percentile: 90 }),
        ema: true,
        batch: 8,
        accumulate: 2,
        maxBoxes: 3,
        seed: 0,
        inject: null
      }
      const step = EagerStep.make(configuration, kernels)
      const fresh = Array.from({ length: 8 }, (_, index) => colours(configuration, 1000 + index))
      const measured = Evaluate.measure(step, loaderOf(fresh), configuration.graph, entries, 0)
      const accuracy = Effect.map(measured, ({ measured: { accuracy } }) => accuracy ?? NaN)
      assert.isBelow(yield* accuracy, 0.75)
      let memory = ClipMemory.start(configuration.clip)
      for (let index = 0; index < 100; index++) {
        step.accumulate(colours(configuration, 2 * index))
        const { gradNorm } = step.run(colours(configuration, 2 * index + 1), {
          learningRate: 0.03,
          biasLearningRate: 0.03,
          momentum: 0.9,
          clipBound: Infinity,
          clipInputs: ClipMemory.inputs(configuration.clip, memory),
          emaDecay: 0.9,
          inject: [0, 0]
        })
        memory = ClipMemory.remember(configuration.clip, memory, gradNorm)
      }
      assert.isAbove(yield* accuracy, 0.95)
      step.dispose()
    }))
})

/** Draws noise images, each with a square of every colour that it shows, somewhere. */
const colours = ({ batch, graph, maxBoxes }: Configuration, index: number): Batch => {
  const [side] = graph.input
  const random = Random.stream(0, "colours", index)
  const images = Float32Array.from({ length: batch * side * side * 3 }, () => random.between(0.2, 0.6))
  const present = Float32Array.from({ length: batch * maxBoxes }, () => random.below(2))
  for (let row = 0; row < batch * maxBoxes; row++) {
    if (present[row] === 0) continue
    const [image, kind] = [Math.floor(row / maxBoxes), row % maxBoxes]
    const [left, top] = [random.below(side - 3), random.below(side - 3)]
    for (let pixel = 0; pixel < 9; pixel++) {
      const [x, y] = [left + pixel % 3, top + Math.floor(pixel / 3)]
      const at = ((image * side + y) * side + x) * 3
      for (let channel = 0; channel < 3; channel++) images[at + channel] = channel === kind ? 1 : 0
    }
  }
  return {
    epoch: 0,
    index,
    images,
    boxes: new Float32Array(batch * maxBoxes * 4).fill(1),
    classes: Int32Array.from({ length: batch * maxBoxes }, (_, row) => row % maxBoxes),
    present,
    samples: Array.from({ length: batch }, (_, image) => photograph(image))
  }
}
