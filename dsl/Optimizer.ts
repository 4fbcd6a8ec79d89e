import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** Stochastic gradient descent with momentum. `weightDecay` acts on convolution weights alone, never on norms or biases. */
export const Sgd = Schema.TaggedStruct("Sgd", {
  momentum: Quantity.fraction,
  nesterov: Schema.Boolean,
  weightDecay: Quantity.nonNegative
})
export type Sgd = typeof Sgd.Type

/** How gradients change the weights. */
export const Optimizer = Sgd
export type Optimizer = Sgd

/**
 * Describes SGD as PyTorch computes it: `v = momentum * v + g + weightDecay * w`, then `w = w - rate * v`; with
 * `nesterov`, `w = w - rate * (g + weightDecay * w + momentum * v)`.
 */
export const sgd = (options: {
  readonly momentum: number
  readonly nesterov?: boolean
  readonly weightDecay?: number
}): Sgd => ({
  _tag: "Sgd",
  nesterov: false,
  weightDecay: 0,
  // As a whole, so that a misspelt option comes as far as validation.
  ...options
})
