import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/**
 * Stochastic gradient descent with momentum. `weightDecay` acts on convolution and matrix weights alone, never on norms
 * or biases.
 */
export const Sgd = Schema.TaggedStruct("Sgd", {
  momentum: Quantity.fraction,
  nesterov: Schema.Boolean,
  weightDecay: Quantity.nonNegative
})
export type Sgd = typeof Sgd.Type

const moments = {
  beta1: Quantity.fraction,
  beta2: Quantity.fraction,
  epsilon: Quantity.positive,
  weightDecay: Quantity.nonNegative
}

/**
 * Adam: `beta1` and `beta2` are the decays of the first and second moments. `weightDecay` is added to the gradient of
 * convolution and matrix weights, so that it is scaled by the second moment as the gradient is.
 */
export const Adam = Schema.TaggedStruct("Adam", moments)
export type Adam = typeof Adam.Type

/** Adam with decoupled decay: convolution and matrix weights shrink by `rate * weightDecay`, beside the moments. */
export const AdamW = Schema.TaggedStruct("AdamW", moments)
export type AdamW = typeof AdamW.Type

/** How gradients change the weights. */
export const Optimizer = Schema.Union([Sgd, Adam, AdamW])
export type Optimizer = typeof Optimizer.Type

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

/** What may be said of Adam's moments; PyTorch's defaults stand for what is not. */
export interface Moments {
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  readonly weightDecay?: number
}

const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

/**
 * Describes Adam as PyTorch computes it: `w = w - rate * m' / (sqrt(v') + epsilon)`, where `m'` and `v'` are the moments
 * corrected for their start at 0.
 */
export const adam = (options: Moments = {}): Adam => ({ _tag: "Adam", ...defaults, weightDecay: 0, ...options })

/** Describes AdamW as PyTorch computes it: first `w = w * (1 - rate * weightDecay)`, then Adam's update. */
export const adamw = (options: Moments = {}): AdamW => ({ _tag: "AdamW", ...defaults, weightDecay: 0.01, ...options })
