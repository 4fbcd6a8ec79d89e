import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"
import * as Quantity from "./Quantity.ts"

/** They are letterboxed, as validation images are, and nothing more. */
export const Off = Schema.TaggedStruct("Off", {})

/**
 * YOLO's usual changes. `hue` is the largest turn as a share of the colour circle, `saturation` and `value` the largest
 * relative changes; `flip` is the probability of a left-right flip, `translate` the largest shift as a share of the
 * side, `scale` the largest relative change of size. `mosaic` is the probability that an image is shown beside three
 * others, which never happens during the last `closing` of the training. A box is kept where what is seen of it is more
 * than 2 px wide and high and more than a tenth of it, and its sides' ratio is below 100.
 */
export const Standard = Schema.TaggedStruct("Standard", {
  hue: Quantity.share,
  saturation: Quantity.share,
  value: Quantity.share,
  flip: Quantity.share,
  translate: Quantity.share,
  scale: Quantity.fraction,
  mosaic: Quantity.share,
  closing: Length.Length
})
export type Standard = typeof Standard.Type

/** How training images are changed every time that they are shown. Validation images are not. */
export const Augment = Schema.Union([Off, Standard])
export type Augment = typeof Augment.Type

/** Shows training images as they are. */
export const off: Augment = { _tag: "Off" }

/** Changes every training image at random, by at most what the fields say. The defaults are YOLOv8's. */
export const standard = (options: Partial<Omit<Standard, "_tag">> = {}): Augment => ({
  _tag: "Standard",
  hue: 0.015,
  saturation: 0.7,
  value: 0.4,
  flip: 0.5,
  translate: 0.1,
  scale: 0.5,
  mosaic: 1,
  closing: { epochs: 10 },
  ...options
})
