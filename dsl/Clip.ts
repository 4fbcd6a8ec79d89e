import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** Nothing bounds the gradient; its norm is measured all the same. */
export const Off = Schema.TaggedStruct("Off", {})

/** Scales all gradients by one factor when their global norm is above `maxNorm`, which keeps their direction. */
export const GlobalNorm = Schema.TaggedStruct("GlobalNorm", { maxNorm: Quantity.positive })

/** What bounds a gradient. Clipping every value by itself is not among it: that changes the gradient's direction. */
export const Clip = Schema.Union([Off, GlobalNorm])
export type Clip = typeof Clip.Type

/** Does not clip. */
export const off: Clip = { _tag: "Off" }

/**
 * Clips by the global norm: the Euclidean length of the mean loss's gradient over all parameters as one vector, before
 * weight decay. The gradient is multiplied by `min(1, maxNorm / (norm + 1e-6))`, as PyTorch's `clip_grad_norm_` does.
 */
export const globalNorm = (maxNorm: number): Clip => ({ _tag: "GlobalNorm", maxNorm })
