/**
 * An image as it is kept between decoding and augmentation.
 */
import type { Size } from "./Photograph.ts"

/**
 * `pixels` are `[height, width, 3]`, RGB, a byte each; the longer side is the model's input. `boxes` are x1 y1 x2 y2 in
 * these pixels, four numbers a box, and `classes` their classes. A point of the original lies at `scale` times its
 * place: exactly so for boxes, and within half a pixel for what is seen, as the shorter side is a whole number too.
 */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
  readonly boxes: Float64Array
  readonly classes: Int32Array
  readonly original: Size
  readonly scale: number
}

/** Loads the pictures of a split by their index. */
export type Load = (index: number) => Picture | Promise<Picture>

/** Stands for a picture that cannot be loaded; `sample` names its file, and `message` says why. */
export class UnreadablePicture extends Error {
  readonly sample: string
  constructor(sample: string, message: string) {
    super(message)
    this.sample = sample
  }
}

/**
 * Keeps loaded pictures until `budget` bytes are full, and from then on keeps those it has: over shuffled epochs every
 * picture is as likely to come next as any other, and throwing one out for another would gain nothing.
 */
export const kept = (load: Load, budget: number): Load => {
  const pictures = new Map<number, Picture>()
  let bytes = 0
  return async (index) => {
    const known = pictures.get(index)
    if (known !== undefined) return known
    const picture = await load(index)
    if (bytes + picture.pixels.byteLength <= budget) {
      bytes += picture.pixels.byteLength
      pictures.set(index, picture)
    }
    return picture
  }
}
