/**
 * A picture laid into the square that the model reads: moved, made larger or smaller, and flipped.
 */
import type { Picture } from "./Picture.ts"

/** What surrounds a picture: YOLO's grey, a byte. */
export const fill = 114

/**
 * Where a picture comes to lie: its point (x, y) goes to `x * gain + left`, `y * gain + top` in the square, after which
 * a flip mirrors the square from left to right.
 */
export interface Placement {
  readonly gain: number
  readonly left: number
  readonly top: number
  readonly flip: boolean
}

/** Places a picture in the middle of a square of `side` pixels, whole pixels on whole pixels. */
export const centred = ({ height, width }: Picture, side: number): Placement => ({
  gain: 1,
  left: Math.floor((side - width) / 2),
  top: Math.floor((side - height) / 2),
  flip: false
})

/** Boxes in pixels of the square, four numbers a box, and their classes. */
export interface PlacedBoxes {
  readonly boxes: ReadonlyArray<number>
  readonly classes: ReadonlyArray<number>
}

const leastSide = 2
const leastShare = 0.1
const longestAspect = 100

/** Tells whether what the border left of a box still shows its object; `whole` is the box's area before. */
const survives = (width: number, height: number, whole: number): boolean =>
  width > leastSide
  && height > leastSide
  && width * height > leastShare * whole
  && Math.max(width / height, height / width) < longestAspect

/**
 * Moves a picture's boxes into the square and cuts them off at its border. A selective placement keeps a box only where
 * it is more than 2 px wide and high, more than a tenth of its area is left, and its sides' ratio is below 100.
 */
export const placeBoxes = (
  picture: Picture,
  placement: Placement,
  side: number,
  selective: boolean
): PlacedBoxes => {
  const { flip, gain, left, top } = placement
  const boxes: Array<number> = []
  const classes: Array<number> = []
  const cut = (position: number): number => Math.min(side, Math.max(0, position))
  for (let index = 0; index < picture.classes.length; index++) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = picture.boxes.subarray(4 * index, 4 * index + 4)
    const west = cut(x1 * gain + left)
    const north = cut(y1 * gain + top)
    const east = cut(x2 * gain + left)
    const south = cut(y2 * gain + top)
    if (selective && !survives(east - west, south - north, (x2 - x1) * (y2 - y1) * gain * gain)) continue
    boxes.push(flip ? side - east : west, north, flip ? side - west : east, south)
    classes.push(picture.classes[index] as number)
  }
  return { boxes, classes }
}

/** Writes a picture, centred, into a square of `[side, side, 3]` floats in 0..1 that begins at `offset`. */
export const copy = (picture: Picture, side: number, out: Float32Array, offset: number): void => {
  const { left, top } = centred(picture, side)
  const { height, pixels, width } = picture
  out.fill(fill / 255, offset, offset + side * side * 3)
  for (let row = 0; row < height; row++) {
    let from = row * width * 3
    let to = offset + ((row + top) * side + left) * 3
    for (const end = from + width * 3; from < end; from++, to++) out[to] = (pixels[from] as number) / 255
  }
}

/** Where a row or column of the square is sampled: between two of the picture's, `share` of the second. */
interface Samples {
  /** The first and the last position that lie in the picture; none do where first is above last. */
  readonly first: number
  readonly last: number
  readonly before: Int32Array
  readonly after: Int32Array
  readonly share: Float64Array
}

const samplesOf = (side: number, length: number, gain: number, start: number, flip: boolean): Samples => {
  const before = new Int32Array(side)
  const after = new Int32Array(side)
  const share = new Float64Array(side)
  let first = side
  let last = -1
  for (let position = 0; position < side; position++) {
    const centre = (flip ? side - 1 - position : position) + 0.5
    const source = (centre - start) / gain
    if (source < 0 || source >= length) continue
    const lower = source - 0.5
    const floor = Math.floor(lower)
    before[position] = Math.max(0, floor)
    after[position] = Math.min(length - 1, floor + 1)
    share[position] = lower - floor
    first = Math.min(first, position)
    last = position
  }
  return { first, last, before, after, share }
}

/**
 * Writes a picture, placed anywhere, into a square of `[side, side, 3]` floats in 0..255 that begins at `offset`, by
 * bilinear sampling. What lies outside the picture is filled.
 */
export const sample = (
  picture: Picture,
  placement: Placement,
  side: number,
  out: Float32Array,
  offset: number
): void => {
  const { height, pixels, width } = picture
  const { flip, gain, left, top } = placement
  const across = samplesOf(side, width, gain, left, flip)
  const down = samplesOf(side, height, gain, top, false)
  const { after, before, first, last, share } = across
  out.fill(fill, offset, offset + side * side * 3)
  for (let row = down.first; row <= down.last; row++) {
    const upper = (down.before[row] as number) * width
    const lower = (down.after[row] as number) * width
    const below = down.share[row] as number
    const above = 1 - below
    let to = offset + (row * side + first) * 3
    for (let column = first; column <= last; column++, to += 3) {
      const right = share[column] as number
      const west = before[column] as number
      const east = after[column] as number
      const northWest = (upper + west) * 3
      const northEast = (upper + east) * 3
      const southWest = (lower + west) * 3
      const southEast = (lower + east) * 3
      const a = (1 - right) * above
      const b = right * above
      const c = (1 - right) * below
      const d = right * below
      out[to] = (pixels[northWest] as number) * a + (pixels[northEast] as number) * b
        + (pixels[southWest] as number) * c + (pixels[southEast] as number) * d
      out[to + 1] = (pixels[northWest + 1] as number) * a + (pixels[northEast + 1] as number) * b
        + (pixels[southWest + 1] as number) * c + (pixels[southEast + 1] as number) * d
      out[to + 2] = (pixels[northWest + 2] as number) * a + (pixels[northEast + 2] as number) * b
        + (pixels[southWest + 2] as number) * c + (pixels[southEast + 2] as number) * d
    }
  }
}
