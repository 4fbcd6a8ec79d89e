import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** Nothing bounds the gradient; its norm is measured all the same. */
export const Off = Schema.TaggedStruct("Off", {})

/** Scales all gradients by one factor when their global norm is above `maxNorm`, which keeps their direction. */
export const GlobalNorm = Schema.TaggedStruct("GlobalNorm", { maxNorm: Quantity.positive })

/** Scales the gradient of each tensor by itself where its root mean square is above `maxRms`. */
export const PerLayer = Schema.TaggedStruct("PerLayer", { maxRms: Quantity.positive })

/**
 * Bounds every unit's gradient by the norm of its weights: at most `ratio` times it, where weights shorter than `floor`
 * count as `floor`. A unit is an output channel of a convolution or matrix; a bias or norm is one as a whole.
 */
export const Adaptive = Schema.TaggedStruct("Adaptive", { ratio: Quantity.positive, floor: Quantity.positive })

/** Bounds the global norm by a percentile of the last `history` norms, the present one among them. */
export const Auto = Schema.TaggedStruct("Auto", {
  percentile: Quantity.percentile,
  history: Quantity.countUpTo(100_000)
})
export type Auto = typeof Auto.Type

/**
 * Bounds the global norm where it is a spike: more than `threshold` standard deviations above a running mean, both of
 * decay `decay`, which start from the first `warmup` norms. Never more than `maxNorm`, if that is a number.
 */
export const ZScore = Schema.TaggedStruct("ZScore", {
  threshold: Quantity.positive,
  decay: Quantity.fraction,
  warmup: Quantity.countUpTo(100_000),
  maxNorm: Schema.NullOr(Quantity.positive)
})
export type ZScore = typeof ZScore.Type

/** What bounds a gradient. Clipping every value by itself is not among it: that changes the gradient's direction. */
export const Clip = Schema.Union([Off, GlobalNorm, PerLayer, Adaptive, Auto, ZScore])
export type Clip = typeof Clip.Type

/** Does not clip. */
export const off: Clip = { _tag: "Off" }

/**
 * Clips by the global norm: the Euclidean length of the mean loss's gradient over all parameters as one vector, before
 * weight decay. The gradient is multiplied by `min(1, maxNorm / (norm + 1e-6))`, as PyTorch's `clip_grad_norm_` does.
 */
export const globalNorm = (maxNorm: number): Clip => ({ _tag: "GlobalNorm", maxNorm })

/** Clips tensor by tensor: each gradient is divided by `max(1, rms / maxRms)`, as Adafactor and optax's block RMS do. */
export const perLayer = (maxRms: number): Clip => ({ _tag: "PerLayer", maxRms })

/**
 * Clips adaptively (AGC): a unit's gradient is at most `ratio` (0.01) times as long as its weights, which count as at
 * least `floor` (1e-3) long. Brock et al., 2021.
 */
export const adaptive = (options: { readonly ratio?: number; readonly floor?: number } = {}): Clip => ({
  _tag: "Adaptive",
  ratio: 0.01,
  floor: 1e-3,
  ...options
})

/**
 * Clips by the norms seen so far (AutoClip): to their `percentile` (10), interpolated linearly, over the last `history`
 * (1000) steps. Seetharaman et al., 2020.
 */
export const auto = (options: { readonly percentile?: number; readonly history?: number } = {}): Clip => ({
  _tag: "Auto",
  percentile: 10,
  history: 1000,
  ...options
})

/**
 * Clips spikes alone (ZClip): a norm of z > `threshold` (2.5) standard deviations above the running mean (`decay` 0.97,
 * begun after `warmup` 25 steps) is cut to `mean + threshold * deviation * threshold / z`; every norm is cut to
 * `maxNorm` (1; null for none). Kumar et al., 2025.
 */
export const zscore = (
  options: {
    readonly threshold?: number
    readonly decay?: number
    readonly warmup?: number
    readonly maxNorm?: number | null
  } = {}
): Clip => ({ _tag: "ZScore", threshold: 2.5, decay: 0.97, warmup: 25, maxNorm: 1, ...options })
