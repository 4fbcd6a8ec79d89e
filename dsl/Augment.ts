import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** Training images as they are, letterboxed. */
export const Off = Schema.TaggedStruct("Off", {})

/**
 * YOLO's usual changes: `hue`, `saturation` and `value` are the largest relative changes of colour, `flip` the
 * probability of a left-right flip, `translate` the largest shift as a share of the side, `scale` the largest change of size.
 */
export const Standard = Schema.TaggedStruct("Standard", {
  hue: Quantity.share,
  saturation: Quantity.share,
  value: Quantity.share,
  flip: Quantity.share,
  translate: Quantity.share,
  scale: Quantity.fraction
})
export type Standard = typeof Standard.Type

export const Augment = Schema.Union([Off, Standard])
export type Augment = typeof Augment.Type

/** Does not augment. */
export const off: Augment = { _tag: "Off" }

/** Augments training images; validation images never are. */
export const standard = (options: Partial<Omit<Standard, "_tag">> = {}): Augment => ({
  _tag: "Standard",
  hue: 0.015,
  saturation: 0.7,
  value: 0.4,
  flip: 0.5,
  translate: 0.1,
  scale: 0.5,
  ...options
})
