/**
 * Average precision of a step's present weights on the validation split.
 */
import * as Effect from "effect/Effect"
import type { DataFault } from "../../dsl/Fault.ts"
import type { Batch, SampleReference } from "../data/Batch.ts"
import type { Loader } from "../data/Loader.ts"
import * as AveragePrecision from "../detect/AveragePrecision.ts"
import * as Nms from "../detect/Nms.ts"
import type { Prediction, Step } from "../step/Step.ts"

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

/** Pairs what was predicted with the truth, image by image, in pixels of the original images. */
const imagesOf = (
  batch: Batch,
  size: number,
  { boxes, scores }: Prediction,
  classes: number
): ReadonlyArray<AveragePrecision.Image> => {
  const anchors = boxes.length / (4 * size)
  const columns = batch.present.length / size
  return batch.samples.map((sample, image) => {
    const detections = Nms.select(
      boxes.subarray(image * anchors * 4, (image + 1) * anchors * 4),
      scores.subarray(image * anchors * classes, (image + 1) * anchors * classes),
      classes
    ).map((detection) => ({ ...detection, box: toOriginal(detection.box, sample) }))
    const truth = Array.from({ length: columns }, (_, column) => image * columns + column)
      .filter((row) => batch.present[row] === 1)
      .map((row) => ({ box: toOriginal(boxAt(batch.boxes, row), sample), class: batch.classes[row] ?? 0 }))
    return { truth, detections }
  })
}

/** Predicts every validation image and evaluates by COCO's definitions. `classes` names the classes by index. */
export const evaluate: (
  step: Step,
  loader: Loader,
  classes: ReadonlyArray<string>
) => Effect.Effect<AveragePrecision.Evaluation, DataFault> = Effect.fn("Evaluate.evaluate")(function*(step, loader, classes) {
  const images: Array<AveragePrecision.Image> = []
  for (let index = 0; index < loader.validationBatches; index++) {
    const batch = yield* loader.validation(index)
    images.push(...imagesOf(batch, step.batch, step.predict(batch.images), classes.length))
  }
  return AveragePrecision.evaluate(images, classes)
})
