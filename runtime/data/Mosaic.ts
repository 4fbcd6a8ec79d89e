/**
 * Four pictures laid out around a point (Bochkovskiy et al., 2020), as YOLOv8 does it: a square of twice the model's
 * input, the pictures' inner corners at the point, and cut off where they reach beyond the square.
 */
import type { Picture } from "./Picture.ts"
import type { Stream } from "./Random.ts"
import type { Sheet } from "./Sheet.ts"

/** What is drawn for one mosaic. */
export interface Drawn {
  /** The images beside the one that the mosaic is made for, by their index; any may come twice. */
  readonly others: readonly [number, number, number]
  /** Where the pictures meet, in pixels of the mosaic. */
  readonly x: number
  readonly y: number
}

/**
 * Decides whether an image is shown in a mosaic, with a probability of `share`, and draws one: other images out of
 * `images`, and a point in the middle half of the mosaic, uniformly. Returns null for no mosaic.
 */
export const draw = (share: number, images: number, side: number, random: Stream): Drawn | null => {
  if (random.uniform() >= share) return null
  const others = [random.below(images), random.below(images), random.below(images)] as const
  return { others, x: random.between(0.5, 1.5) * side, y: random.between(0.5, 1.5) * side }
}

/** Lays pictures out: the first upper left of the point, the others upper right, lower left and lower right. */
export const lay = (pictures: ReadonlyArray<Picture>, { x, y }: Drawn, side: number): Sheet => {
  const length = 2 * side
  const parts = pictures.map((picture, at) => {
    const left = at % 2 === 0 ? x - picture.width : x
    const top = at < 2 ? y - picture.height : y
    const window = { left: -left, top: -top, right: length - left, bottom: length - top }
    return { picture, window, left, top }
  })
  return { width: length, height: length, parts }
}
