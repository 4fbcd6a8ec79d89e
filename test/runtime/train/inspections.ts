/**
 * Evaluations of pictures that are made up, and what they leave.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Batch, SampleReference } from "../../../runtime/data/Batch.ts"
import * as AveragePrecision from "../../../runtime/detect/AveragePrecision.ts"
import * as Fence from "../../../runtime/train/Fence.ts"
import * as Inspection from "../../../runtime/train/Inspection.ts"
import { Seen } from "../../../runtime/train/Seen.ts"

const side = 16

/** A picture of 32 x 16 on an input of 16 px, 4 px above and below it filled with white; green tells which it is. */
const batchOf = (greens: ReadonlyArray<number>, first: number): Batch => {
  const images = new Float32Array(greens.length * side * side * 3).fill(1)
  greens.forEach((green, image) => {
    for (let row = 4; row < 12; row++) {
      for (let column = 0; column < side; column++) images.set([0, green / 255, 0], ((image * side + row) * side + column) * 3)
    }
  })
  const samples = greens.map((_, row): SampleReference => ({
    row,
    split: "val",
    index: first + row,
    file: `images/${first + row}.jpg`,
    width: 32,
    height: 16,
    scale: 0.5,
    left: 0,
    top: 4,
    flipped: false
  }))
  return { epoch: 0, index: 0, images, boxes: new Float32Array(), classes: new Int32Array(), present: new Float32Array(), samples }
}

/** An image with so many boxes, none of which is found. */
const missing = (boxes: number): AveragePrecision.Image => ({
  truth: Array.from({ length: boxes }, (_, index) => ({ box: [index, 1, 4, 5], class: 0 })),
  detections: [{ box: [20, 2, 4, 4], class: 1, score: 0.1 }]
})

/** Sees images with so many mistakes each, four a batch. */
export const seenOf = (mistakes: ReadonlyArray<number>): { readonly seen: Seen; readonly images: ReadonlyArray<AveragePrecision.Image> } => {
  const seen = new Seen(2)
  const images = mistakes.map(missing)
  for (let first = 0; first < images.length; first += 4) {
    const part = images.slice(first, first + 4)
    seen.add(batchOf(part.map((_, index) => 10 * (first + index)), first), part.length, part)
  }
  return { seen, images }
}

/** Inspects images with so many mistakes each, after 30 steps. */
export const inspect = (
  mistakes: ReadonlyArray<number>,
  classes: ReadonlyArray<string> = ["red", "white"]
): Inspection.Inspection => {
  const { images, seen } = seenOf(mistakes)
  return Inspection.of(30, seen, AveragePrecision.survey(images, classes))
}

/** Leaves such an inspection in an attempt's folder. */
export const leave = Effect.fnUntraced(function*(attempt: string, ...inspected: Parameters<typeof inspect>) {
  Fence.raise(attempt, "t")
  assert.isNull(yield* Inspection.keep({ directory: attempt, token: "t" }, inspect(...inspected)))
})
