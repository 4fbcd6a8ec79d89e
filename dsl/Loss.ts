import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/**
 * The v8 loss of a batch: the gains of CIoU box loss, class cross entropy and distribution focal loss, each divided by
 * the sum of the batch's target scores, at least 1.
 */
export const YoloV8 = Schema.TaggedStruct("YoloV8", {
  box: Quantity.nonNegative,
  class: Quantity.nonNegative,
  dfl: Quantity.nonNegative
})
export type YoloV8 = typeof YoloV8.Type

/**
 * Binary cross entropy of every class's score against whether an image shows the class, averaged over classes and
 * images; `smoothing` draws both targets towards one half.
 */
export const BinaryCrossEntropy = Schema.TaggedStruct("BinaryCrossEntropy", { smoothing: Quantity.fraction })
export type BinaryCrossEntropy = typeof BinaryCrossEntropy.Type

/** What is minimised. A detector takes `Loss.yoloV8`, a classifier `Loss.binaryCrossEntropy`. */
export const Loss = Schema.Union([YoloV8, BinaryCrossEntropy])
export type Loss = typeof Loss.Type

/** Describes the v8 loss; the gains that are not given are the published ones. */
export const yoloV8 = (gains: { readonly box?: number; readonly class?: number; readonly dfl?: number } = {}): YoloV8 => ({
  _tag: "YoloV8",
  box: 7.5,
  class: 0.5,
  dfl: 1.5,
  ...gains
})

/** Describes the loss of a classifier: with `smoothing` s the targets are s/2 and 1 - s/2. */
export const binaryCrossEntropy = (options: { readonly smoothing?: number } = {}): BinaryCrossEntropy => ({
  _tag: "BinaryCrossEntropy",
  smoothing: 0,
  ...options
})
