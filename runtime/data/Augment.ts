/**
 * One sample of a batch: a picture or a mosaic of several, changed at random or as it is.
 */
import type * as Recipe from "../../dsl/Augment.ts"
import * as Colour from "./Colour.ts"
import * as Letterbox from "./Letterbox.ts"
import type { Picture } from "./Picture.ts"
import type { Stream } from "./Random.ts"
import * as Sheet from "./Sheet.ts"

/** What is drawn for one sample. */
export interface Drawn {
  readonly placement: Letterbox.Placement
  readonly colour: Colour.Change
}

/** A sample's boxes, where each of its pictures lies, and what of each is seen; its pixels are written in place. */
export interface Placed extends Letterbox.PlacedBoxes {
  readonly placements: ReadonlyArray<Letterbox.Placement>
  readonly windows: ReadonlyArray<Sheet.Window>
}

/**
 * Draws the changes of one sample as YOLO does: the size within 1 ± `scale`, the sheet's middle within half the square
 * ± `translate` of its side, a flip, and changes of colour, each uniform.
 */
export const draw = (
  augment: Recipe.Standard,
  { height, width }: Pick<Sheet.Sheet, "width" | "height">,
  side: number,
  random: Stream
): Drawn => {
  const gain = random.between(1 - augment.scale, 1 + augment.scale)
  const x = side * random.between(0.5 - augment.translate, 0.5 + augment.translate)
  const y = side * random.between(0.5 - augment.translate, 0.5 + augment.translate)
  const hue = random.between(-augment.hue, augment.hue)
  const saturation = random.between(1 - augment.saturation, 1 + augment.saturation)
  const value = random.between(1 - augment.value, 1 + augment.value)
  const flip = random.uniform() < augment.flip
  return {
    placement: { gain, left: x - (gain * width) / 2, top: y - (gain * height) / 2, flip },
    colour: { hue, saturation, value }
  }
}

/** Writes a picture as it is, in the middle of a square of `[side, side, 3]` floats in 0..1 that begins at `offset`. */
export const letterbox = (picture: Picture, side: number, out: Float32Array, offset: number): Placed => {
  const placement = Letterbox.centred(picture, side)
  Letterbox.copy(picture, side, out, offset)
  const window = Sheet.everything
  return {
    placements: [placement],
    windows: [window],
    ...Letterbox.placeBoxes({ picture, window }, placement, side, false)
  }
}

/** Writes a sheet as the recipe's augmentation and the random stream have it, in the same form as `letterbox`. */
export const apply = (
  augment: Recipe.Standard,
  sheet: Sheet.Sheet,
  side: number,
  random: Stream,
  out: Float32Array,
  offset: number
): Placed => {
  const { colour, placement } = draw(augment, sheet, side, random)
  Letterbox.clear(side, out, offset)
  const parts = sheet.parts.map((part) => {
    const placed: Letterbox.Placement = {
      ...placement,
      left: placement.left + placement.gain * part.left,
      top: placement.top + placement.gain * part.top
    }
    Letterbox.draw(part, placed, side, out, offset)
    return { placed, ...Letterbox.placeBoxes(part, placed, side, true) }
  })
  Colour.change(out, offset, offset + side * side * 3, colour)
  return {
    placements: parts.map(({ placed }) => placed),
    windows: sheet.parts.map(({ window }) => window),
    boxes: parts.flatMap(({ boxes }) => boxes),
    classes: parts.flatMap(({ classes }) => classes)
  }
}
