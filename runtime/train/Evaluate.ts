/**
 * Average precision of a step's present weights on the validation split.
 */
import * as Effect from "effect/Effect"
import type { Batch, SampleReference } from "../data/Batch.ts"
import type { Boxes, Labels } from "../data/Labels.ts"
import type { Loader, LoaderFault } from "../data/Loader.ts"
import type { Entry } from "../data/Source.ts"
import * as AveragePrecision from "../detect/AveragePrecision.ts"
import * as Nms from "../detect/Nms.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import type { Prediction, Step } from "../step/Step.ts"
import * as Accuracy from "./Accuracy.ts"
import * as Inspection from "./Inspection.ts"
import { Seen } from "./Seen.ts"

type Box = Nms.Detection["box"]

/** Maps a box from the model's input to the original image, and cuts it at that image's border. */
const toOriginal = ([x1, y1, x2, y2]: Box, { height, left, scale, top, width }: SampleReference): AveragePrecision.Box => {
  const across = (x: number): number => Math.min(width, Math.max(0, (x - left) / scale))
  const down = (y: number): number => Math.min(height, Math.max(0, (y - top) / scale))
  return [across(x1), down(y1), across(x2) - across(x1), down(y2) - down(y1)]
}

const boxAt = (boxes: Float32Array, index: number): Box => {
  const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = boxes.subarray(index * 4, index * 4 + 4)
  return [x1, y1, x2, y2]
}

type Truth = AveragePrecision.Image["truth"]

/** Turns boxes in shares of an image's sides into pixels of it. */
const inPixels = ({ boxes }: Boxes, { height, width }: SampleReference): ReadonlyArray<AveragePrecision.Box> =>
  Array.from({ length: boxes.length / 4 }, (_, index) => {
    const [left = NaN, top = NaN, right = NaN, bottom = NaN] = boxes.slice(4 * index, 4 * index + 4)
    return [left * width, top * height, (right - left) * width, (bottom - top) * height]
  })

/** The truth as the data set has it, which knows more than a batch: crowds, and the areas of what is in the boxes. */
const labelled = (labels: Labels, sample: SampleReference): Truth => [
  ...inPixels(labels, sample).map((box, index) => {
    const area = labels.areas?.[index] ?? null
    return { box, class: labels.classes[index] ?? 0, ...(area === null ? {} : { area }) }
  }),
  ...(labels.crowds === undefined ? [] : inPixels(labels.crowds, sample)).map((box, index) => ({
    box,
    class: labels.crowds?.classes[index] ?? 0,
    crowd: true
  }))
]

/** The truth of an image that is generated, and shows its boxes once it is drawn. */
const drawn = (batch: Batch, columns: number, image: number, sample: SampleReference): Truth =>
  Array.from({ length: columns }, (_, column) => image * columns + column)
    .filter((row) => batch.present[row] === 1)
    .map((row) => ({ box: toOriginal(boxAt(batch.boxes, row), sample), class: batch.classes[row] ?? 0 }))

/** Pairs what was predicted with the truth, image by image, in pixels of the original images. */
const imagesOf = (
  batch: Batch,
  size: number,
  { boxes, scores }: Prediction,
  classes: number,
  entries: ReadonlyArray<Entry>
): ReadonlyArray<AveragePrecision.Image> => {
  const anchors = boxes.length / (4 * size)
  const columns = batch.present.length / size
  return batch.samples.map((sample, image) => {
    const detections = Nms.select(
      boxes.subarray(image * anchors * 4, (image + 1) * anchors * 4),
      scores.subarray(image * anchors * classes, (image + 1) * anchors * classes),
      classes
    ).map((detection) => ({ ...detection, box: toOriginal(detection.box, sample) }))
    const labels = entries[sample.index]?.labels ?? null
    return { truth: labels === null ? drawn(batch, columns, image, sample) : labelled(labels, sample), detections }
  })
}

/** What the validation split says of a step's weights; null for what the model's family does not have. */
export interface Measured {
  readonly map: number | null
  readonly map50: number | null
  readonly accuracy: number | null
}

/** What a detector's validation comes to, and what there was to see. */
interface Inspected extends AveragePrecision.Surveyed {
  readonly seen: Seen
}

const inspect: (
  step: Step,
  loader: Loader,
  classes: ReadonlyArray<string>,
  entries: ReadonlyArray<Entry>
) => Effect.Effect<Inspected, LoaderFault> = Effect.fn("Evaluate.inspect")(function*(step, loader, classes, entries) {
  const images: Array<AveragePrecision.Image> = []
  const seen = new Seen(classes.length)
  for (let index = 0; index < loader.validationBatches; index++) {
    const batch = yield* loader.validation(index)
    const found = imagesOf(batch, step.batch, step.predict(batch.images), classes.length, entries)
    seen.add(batch, step.batch, found)
    images.push(...found)
  }
  return { ...AveragePrecision.survey(images, classes), seen }
})

/** What a step's weights come to, and what is kept of a detector's to look at; null for a classifier. */
export interface Evaluated {
  readonly measured: Measured
  readonly inspection: Inspection.Inspection | null
}

/**
 * Measures a step's weights, which have taken `steps`, on the validation split, whose images are `entries`: a detector's
 * average precision, or a classifier's accuracy.
 */
export const measure: (
  step: Step,
  loader: Loader,
  graph: TrainingGraph,
  entries: ReadonlyArray<Entry>,
  steps: number
) => Effect.Effect<Evaluated, LoaderFault> = Effect.fn("Evaluate.measure")(function*(step, loader, graph, entries, steps) {
  if (graph.outputs.distances === null) {
    const { accuracy } = yield* Accuracy.evaluate(step, loader, graph.classes)
    return { measured: { map: null, map50: null, accuracy }, inspection: null }
  }
  const inspected = yield* inspect(step, loader, graph.classes, entries)
  const { map, map50 } = inspected.evaluation
  return { measured: { map, map50, accuracy: null }, inspection: Inspection.of(steps, inspected.seen, inspected) }
})

/**
 * Predicts every validation image and evaluates by COCO's definitions. `classes` names the classes by index, and
 * `entries` are the data set's validation images.
 */
export const evaluate = (
  step: Step,
  loader: Loader,
  classes: ReadonlyArray<string>,
  entries: ReadonlyArray<Entry>
): Effect.Effect<AveragePrecision.Evaluation, LoaderFault> =>
  Effect.map(inspect(step, loader, classes, entries), ({ evaluation }) => evaluation)
