import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** One rate for the whole length. */
export const Constant = Schema.TaggedStruct("Constant", { value: Quantity.nonNegative })

/** A straight line from `peak` at step 0 to `final` at the end of the length. */
export const Linear = Schema.TaggedStruct("Linear", { peak: Quantity.nonNegative, final: Quantity.nonNegative })

/** Half a cosine from `peak` at step 0 to `final` at the end of the length. */
export const Cosine = Schema.TaggedStruct("Cosine", { peak: Quantity.nonNegative, final: Quantity.nonNegative })

export const LearningRate = Schema.Union([Constant, Linear, Cosine])
export type LearningRate = typeof LearningRate.Type

/** Keeps one learning rate. */
export const constant = (value: number): LearningRate => ({ _tag: "Constant", value })

/** Falls (or rises) in a straight line over the whole length. */
export const linear = (options: { readonly peak: number; readonly final: number }): LearningRate => ({
  _tag: "Linear",
  ...options
})

/** Anneals along half a cosine over the whole length. */
export const cosine = (options: { readonly peak: number; readonly final: number }): LearningRate => ({
  _tag: "Cosine",
  ...options
})
