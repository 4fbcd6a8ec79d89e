/**
 * A picture laid into the square that the model reads: moved, made larger or smaller, and flipped.
 */
import type { Picture } from "./Picture.ts"
import type { Part } from "./Sheet.ts"

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

/** Tells whether what is seen of a box still shows its object; `whole` is the box's area, seen and unseen. */
const survives = (width: number, height: number, whole: number): boolean =>
  width > leastSide
  && height > leastSide
  && width * height > leastShare * whole
  && Math.max(width / height, height / width) < longestAspect

/**
 * Moves a picture's boxes into the square and cuts them off at its border, and where the picture is not seen. A
 * selective placement keeps a box only where it is more than 2 px wide and high, more than a tenth of its area is left,
 * and its sides' ratio is below 100.
 */
export const placeBoxes = (
  { picture, window }: Pick<Part, "picture" | "window">,
  placement: Placement,
  side: number,
  selective: boolean
): PlacedBoxes => {
  const { flip, gain, left, top } = placement
  const boxes: Array<number> = []
  const classes: Array<number> = []
  const across = (x: number): number =>
    Math.min(side, Math.max(0, Math.min(window.right, Math.max(window.left, x)) * gain + left))
  const down = (y: number): number =>
    Math.min(side, Math.max(0, Math.min(window.bottom, Math.max(window.top, y)) * gain + top))
  for (let index = 0; index < picture.classes.length; index++) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = picture.boxes.subarray(4 * index, 4 * index + 4)
    const west = across(x1)
    const north = down(y1)
    const east = across(x2)
    const south = down(y2)
    if (selective && !survives(east - west, south - north, (x2 - x1) * (y2 - y1) * gain * gain)) continue
    boxes.push(flip ? side - east : west, north, flip ? side - west : east, south)
    classes.push(picture.classes[index] as number)
  }
  return { boxes, classes }
}

/** Fills a square of `[side, side, 3]` floats that begins at `offset`, in 0..255. */
export const clear = (side: number, out: Float32Array, offset: number): void => {
  out.fill(fill, offset, offset + side * side * 3)
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
  /** The first and the last position that show the picture; none do where first is above last. */
  readonly first: number
  readonly last: number
  readonly before: Int32Array
  readonly after: Int32Array
  readonly share: Float64Array
}

/** What a row or column of a picture is: how long, which part of it is seen, and where it comes to lie. */
interface Line {
  readonly length: number
  readonly from: number
  readonly to: number
  readonly gain: number
  readonly start: number
  readonly flip: boolean
}

const samplesOf = (side: number, { flip, from, gain, length, start, to }: Line): Samples => {
  const before = new Int32Array(side)
  const after = new Int32Array(side)
  const share = new Float64Array(side)
  let first = side
  let last = -1
  for (let position = 0; position < side; position++) {
    const centre = (flip ? side - 1 - position : position) + 0.5
    const source = (centre - start) / gain
    if (source < 0 || source >= length || source < from || source >= to) continue
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

/** Finds the rows and columns of the square that show what is seen of a picture. */
const sampled = ({ picture, window }: Pick<Part, "picture" | "window">, placement: Placement, side: number) => {
  const { flip, gain, left, top } = placement
  const { height, width } = picture
  return {
    across: samplesOf(side, { length: width, from: window.left, to: window.right, gain, start: left, flip }),
    down: samplesOf(side, { length: height, from: window.top, to: window.bottom, gain, start: top, flip: false })
  }
}

/** Fills what is seen of a picture, placed anywhere, with one number, in a square that begins at `offset`. */
export const cover = (
  part: Pick<Part, "picture" | "window">,
  placement: Placement,
  side: number,
  number: number,
  out: Float32Array,
  offset: number
): void => {
  const { across, down } = sampled(part, placement, side)
  for (let row = down.first; row <= down.last; row++) {
    out.fill(number, offset + (row * side + across.first) * 3, offset + (row * side + across.last + 1) * 3)
  }
}

/**
 * Draws what is seen of a picture, placed anywhere, over a square of `[side, side, 3]` floats in 0..255 that begins at
 * `offset`, by bilinear sampling.
 */
export const draw = (
  part: Pick<Part, "picture" | "window">,
  placement: Placement,
  side: number,
  out: Float32Array,
  offset: number
): void => {
  const { pixels, width } = part.picture
  const { across, down } = sampled(part, placement, side)
  const { after, before, first, last, share } = across
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
