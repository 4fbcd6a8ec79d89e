import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** The weights themselves are evaluated. */
export const Off = Schema.TaggedStruct("Off", {})

/** An average of weights and statistics whose decay rises as `decay * (1 - exp(-update / tau))`, `tau` in updates. */
export const Exponential = Schema.TaggedStruct("Exponential", { decay: Quantity.fraction, tau: Quantity.positive })

/** Which weights are evaluated: those of the last step, or an average over the steps before. */
export const Ema = Schema.Union([Off, Exponential])
export type Ema = typeof Ema.Type

/** Does not average. */
export const off: Ema = { _tag: "Off" }

/** Averages exponentially; the average is evaluated, and checkpoints hold it beside the weights. */
export const exponential = (options: { readonly decay?: number; readonly tau?: number } = {}): Ema => ({
  _tag: "Exponential",
  decay: 0.9999,
  tau: 2000,
  ...options
})
