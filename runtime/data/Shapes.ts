/**
 * Generated images: a scene drawn at the size that the model reads.
 */
import type * as Dataset from "../../dsl/Dataset.ts"
import type { Split } from "./Batch.ts"
import * as Figures from "./Figures.ts"
import type { Picture } from "./Picture.ts"
import * as Random from "./Random.ts"
import * as Scene from "./Scene.ts"

/** A grid of numbers stretched over the image, between which values are interpolated. */
interface Lattice {
  readonly cells: number
  readonly values: Int32Array
}

const lattice = (random: Random.Stream, cells: number, amplitude: number): Lattice => ({
  cells,
  values: Int32Array.from({ length: (cells + 1) * (cells + 1) }, () => random.below(2 * amplitude + 1) - amplitude)
})

const valueAt = ({ cells, values }: Lattice, column: number, row: number, size: number): number => {
  const x = column * cells
  const y = row * cells
  const corner = Math.floor(y / size) * (cells + 1) + Math.floor(x / size)
  const right = x % size
  const down = y % size
  const top = (values[corner] as number) * (size - right) + (values[corner + 1] as number) * right
  const below = corner + cells + 1
  const bottom = (values[below] as number) * (size - right) + (values[below + 1] as number) * right
  return Math.trunc((top * (size - down) + bottom * down) / (size * size))
}

/** A pattern's offset to the background's brightness at a pixel. */
type Pattern = (column: number, row: number) => number

const drawPattern = (random: Random.Stream, size: number): Pattern => {
  const kind = random.below(3)
  const amplitude = 4 + random.below(14)
  const period = 3 + random.below(6)
  const slant = random.below(5) - 2
  const step = (distance: number): number => Math.floor((distance * 32) / (size * period)) & 1
  switch (kind) {
    case 0:
      return () => 0
    case 1:
      return (column, row) => step(2 * column + slant * row + 4 * size) * amplitude
    default:
      return (column, row) => (step(column) ^ step(row)) * amplitude
  }
}

const paintBackground = (
  pixels: Uint8ClampedArray,
  size: number,
  random: Random.Stream,
  [red, green, blue]: Figures.Colour
): void => {
  const coarse = lattice(random, 3, 10 + random.below(18))
  const fine = lattice(random, 14, 4 + random.below(12))
  const pattern = drawPattern(random, size)
  for (let row = 0, offset = 0; row < size; row++) {
    for (let column = 0; column < size; column++, offset += 3) {
      const shade = valueAt(coarse, column, row, size) + valueAt(fine, column, row, size) + pattern(column, row)
      pixels[offset] = red + shade
      pixels[offset + 1] = green + shade
      pixels[offset + 2] = blue + shade
    }
  }
}

interface Extent {
  left: number
  top: number
  right: number
  bottom: number
}

/** Each pixel is asked at four points; it belongs to what is drawn where at least two of them do. */
const points = [[1, 1], [3, 1], [1, 3], [3, 3]] as const

/** Blends one colour over the pixels that `covers` answers for, and returns the extent of those that belong to it. */
const paint = (
  pixels: Uint8ClampedArray,
  size: number,
  colour: Figures.Colour,
  centre: { readonly x: number; readonly y: number; readonly reach: number },
  covers: Figures.Covers
): Extent => {
  const pixelAt = (position: number): number => Math.floor((position * size) / Figures.side)
  const clamped = (pixel: number): number => Math.min(size - 1, Math.max(0, pixel))
  const extent: Extent = { left: size, top: size, right: 0, bottom: 0 }
  for (let row = clamped(pixelAt(centre.y - centre.reach)); row <= clamped(pixelAt(centre.y + centre.reach)); row++) {
    for (
      let column = clamped(pixelAt(centre.x - centre.reach));
      column <= clamped(pixelAt(centre.x + centre.reach));
      column++
    ) {
      let share = 0
      for (const [right, down] of points) {
        const x = Math.floor(((4 * column + right) * Figures.side) / (4 * size))
        const y = Math.floor(((4 * row + down) * Figures.side) / (4 * size))
        if (covers(x, y)) share++
      }
      if (share === 0) continue
      const offset = (row * size + column) * 3
      for (let channel = 0; channel < 3; channel++) {
        const under = pixels[offset + channel] as number
        pixels[offset + channel] = ((colour[channel] as number) * share + under * (4 - share)) >> 2
      }
      if (share >= 2) {
        extent.left = Math.min(extent.left, column)
        extent.top = Math.min(extent.top, row)
        extent.right = Math.max(extent.right, column + 1)
        extent.bottom = Math.max(extent.bottom, row + 1)
      }
    }
  }
  return extent
}

const addNoise = (pixels: Uint8ClampedArray, random: Random.Stream): void => {
  const strength = random.below(13)
  for (let offset = 0; offset < pixels.length; offset += 3) {
    const bits = random.below(0x100_0000)
    for (let channel = 0; channel < 3; channel++) {
      const signed = ((bits >> (8 * channel)) & 0xff) - 128
      pixels[offset + channel] = (pixels[offset + channel] as number) + ((signed * strength) >> 7)
    }
  }
}

/**
 * Draws one image, `size` pixels square: a pure function of its arguments, by whole numbers alone. Boxes are tight
 * around the pixels that belong to a shape, hidden ones included.
 */
export const draw = (dataset: Dataset.Shapes, split: Split, index: number, size: number): Picture => {
  const scene = Scene.layOut(dataset, split, index)
  const classes = Scene.classesOf(dataset)
  const random = Random.stream(dataset.seed, "texture", Scene.version, split, index)
  const pixels = new Uint8ClampedArray(size * size * 3)
  paintBackground(pixels, size, random, scene.background)
  const labelled = scene.shapes.flatMap((shape) => {
    const centre = { x: shape.x, y: shape.y, reach: shape.radius }
    const { bottom, left, right, top } = paint(pixels, size, shape.colour, centre, Figures.coverOf(shape))
    return shape.labelled ? [{ box: [left, top, right, bottom], class: classes.indexOf(shape.kind) }] : []
  })
  for (const bar of scene.bars) {
    const centre = { x: bar.x, y: bar.y, reach: bar.halfLength + bar.halfWidth }
    paint(pixels, size, bar.colour, centre, Figures.coverOfBar(bar))
  }
  addNoise(pixels, random)
  return {
    width: size,
    height: size,
    pixels: new Uint8Array(pixels.buffer),
    boxes: Float64Array.from(labelled.flatMap(({ box }) => box)),
    classes: Int32Array.from(labelled, (shape) => shape.class),
    original: { width: size, height: size },
    scale: 1
  }
}
