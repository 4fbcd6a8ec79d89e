import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"

/** Loss, its parts and the global norm of every step, and no more. */
export const Off = Schema.TaggedStruct("Off", {})

/**
 * Besides, after every `length`, the gradient of each part of the loss by itself: its norm over the whole net and over
 * every section of it; with `histograms` also how the gradients' magnitudes are spread.
 */
export const Every = Schema.TaggedStruct("Every", { length: Length.Length, histograms: Schema.Boolean })
export type Every = typeof Every.Type

/** What is watched while a training runs. */
export const Monitor = Schema.Union([Off, Every])
export type Monitor = typeof Monitor.Type

/** Watches what every step tells anyway. */
export const off: Monitor = { _tag: "Off" }

/**
 * Watches which part of the loss pulls where, such as the box loss against the class loss: one further backward pass a
 * part, every so many steps or epochs.
 */
export const every = (options: Length.Length & { readonly histograms?: boolean }): Monitor => {
  const { histograms = false, ...length } = options
  return { _tag: "Every", length, histograms }
}
