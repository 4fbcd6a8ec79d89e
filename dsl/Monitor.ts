import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"

/** Loss, its parts and the global norm of every step, and no more. */
export const Off = Schema.TaggedStruct("Off", {})

/**
 * The sections of a detector are `backbone`, `neck`, `head.box` and `head.class`. With `histograms`, the magnitudes of
 * the whole gradient are also counted by powers of two.
 */
export const Every = Schema.TaggedStruct("Every", { length: Length.Length, histograms: Schema.Boolean })
export type Every = typeof Every.Type

/** What is watched while a training runs. */
export const Monitor = Schema.Union([Off, Every])
export type Monitor = typeof Monitor.Type

/** Watches what every step tells anyway. */
export const off: Monitor = { _tag: "Off" }

/**
 * Watches which part of the loss pulls where, such as the box loss against the class loss, from step 0 on after every
 * so many steps or epochs: the gradient of each part by itself, as its norm over the whole net and over every section
 * of it. Costs one further backward pass a part each time.
 */
export const every = (options: Length.Length & { readonly histograms?: boolean }): Monitor => {
  const [length, others] = Length.split(options)
  return { _tag: "Every", length, histograms: false, ...others }
}
