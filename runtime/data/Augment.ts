/**
 * One picture as one sample of a batch, changed at random or as it is.
 */
import type * as Recipe from "../../dsl/Augment.ts"
import * as Colour from "./Colour.ts"
import * as Letterbox from "./Letterbox.ts"
import type { Picture } from "./Picture.ts"
import type { Stream } from "./Random.ts"

/** What is drawn for one sample. */
export interface Drawn {
  readonly placement: Letterbox.Placement
  readonly colour: Colour.Change
}

/** A sample's boxes and where its picture lies; its pixels are written in place. */
export interface Placed extends Letterbox.PlacedBoxes {
  readonly placement: Letterbox.Placement
}

/**
 * Draws the changes of one sample as YOLO does: the size within 1 ± `scale`, the middle within half the square ±
 * `translate` of its side, a flip, and changes of colour, each uniform.
 */
export const draw = (augment: Recipe.Standard, picture: Picture, side: number, random: Stream): Drawn => {
  const gain = random.between(1 - augment.scale, 1 + augment.scale)
  const x = side * random.between(0.5 - augment.translate, 0.5 + augment.translate)
  const y = side * random.between(0.5 - augment.translate, 0.5 + augment.translate)
  const hue = random.between(-augment.hue, augment.hue)
  const saturation = random.between(1 - augment.saturation, 1 + augment.saturation)
  const value = random.between(1 - augment.value, 1 + augment.value)
  const flip = random.uniform() < augment.flip
  return {
    placement: { gain, left: x - (gain * picture.width) / 2, top: y - (gain * picture.height) / 2, flip },
    colour: { hue, saturation, value }
  }
}

/** Writes a picture as it is, in the middle of a square of `[side, side, 3]` floats in 0..1 that begins at `offset`. */
export const letterbox = (picture: Picture, side: number, out: Float32Array, offset: number): Placed => {
  const placement = Letterbox.centred(picture, side)
  Letterbox.copy(picture, side, out, offset)
  return { placement, ...Letterbox.placeBoxes(picture, placement, side, false) }
}

/** Writes a picture as the recipe's augmentation and the random stream have it, in the same form as `letterbox`. */
export const apply = (
  augment: Recipe.Augment,
  picture: Picture,
  side: number,
  random: Stream,
  out: Float32Array,
  offset: number
): Placed => {
  if (augment._tag === "Off") return letterbox(picture, side, out, offset)
  const { colour, placement } = draw(augment, picture, side, random)
  Letterbox.sample(picture, placement, side, out, offset)
  Colour.change(out, offset, offset + side * side * 3, colour)
  return { placement, ...Letterbox.placeBoxes(picture, placement, side, true) }
}
