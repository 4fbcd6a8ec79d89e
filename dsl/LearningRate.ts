import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** The same `value` at every step. */
export const Constant = Schema.TaggedStruct("Constant", { value: Quantity.nonNegative })

/** At step t of T, `peak + (final - peak) * t / T`: `peak` at step 0, `final` at the end. */
export const Linear = Schema.TaggedStruct("Linear", { peak: Quantity.nonNegative, final: Quantity.nonNegative })

/** At step t of T, `final + (peak - final) * (1 + cos(pi * t / T)) / 2`: `peak` at step 0, `final` at the end. */
export const Cosine = Schema.TaggedStruct("Cosine", { peak: Quantity.nonNegative, final: Quantity.nonNegative })

/** The learning rate by optimizer step, from step 0 to the end of the length. A warmup is laid over its beginning. */
export const LearningRate = Schema.Union([Constant, Linear, Cosine])
export type LearningRate = typeof LearningRate.Type

/** Keeps one learning rate over the whole length. */
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
