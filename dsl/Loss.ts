import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/**
 * The v8 loss of a batch: the gains of CIoU box loss, class cross entropy and distribution focal loss, each divided by
 * the sum of the batch's target scores, at least 1.
 */
export const Loss = Schema.TaggedStruct("YoloV8", {
  box: Quantity.nonNegative,
  class: Quantity.nonNegative,
  dfl: Quantity.nonNegative
})
export type Loss = typeof Loss.Type

/** Describes the v8 loss; the gains that are not given are the published ones. */
export const yoloV8 = (gains: { readonly box?: number; readonly class?: number; readonly dfl?: number } = {}): Loss => ({
  _tag: "YoloV8",
  box: 7.5,
  class: 0.5,
  dfl: 1.5,
  ...gains
})
