import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"
import * as Quantity from "./Quantity.ts"

/** The schedule holds from the first step. */
export const None = Schema.TaggedStruct("None", {})

/**
 * A rise over the first steps, laid over the schedule: the learning rate from `from` to the schedule's value where the
 * warmup ends, the biases' from `biasFrom`, the momentum from `momentumFrom` to the optimizer's, which is Adam's
 * `beta1`. The default of `biasFrom` is meant for SGD; Adam takes `biasFrom: 0`.
 */
export const Linear = Schema.TaggedStruct("Linear", {
  length: Length.Length,
  from: Quantity.nonNegative,
  biasFrom: Quantity.nonNegative,
  momentumFrom: Quantity.fraction
})

/** How the first steps are taken, while gradients are at their largest. */
export const Warmup = Schema.Union([None, Linear])
export type Warmup = typeof Warmup.Type

/** Starts without a warmup. */
export const none: Warmup = { _tag: "None" }

/** Warms up linearly, as YOLO does: `Warmup.linear({ steps: 1000 })` or `Warmup.linear({ epochs: 3 })`. */
export const linear = (
  options: Length.Length & { readonly from?: number; readonly biasFrom?: number; readonly momentumFrom?: number }
): Warmup => {
  const [length, others] = Length.split(options)
  return { _tag: "Linear", length, from: 0, biasFrom: 0.1, momentumFrom: 0.8, ...others }
}
