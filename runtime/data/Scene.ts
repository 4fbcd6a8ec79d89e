/**
 * What a generated image shows, before any pixel: shapes, what hides them, colours. It is laid out in whole numbers on
 * a square of its own, so that one scene holds the same shapes at every size of image.
 */
import type * as Dataset from "../../dsl/Dataset.ts"
import type { Split } from "./Batch.ts"
import type { Shown } from "./Counts.ts"
import { type Bar, type Colour, cosine, halfRootThree, one, type Shape, side, sine } from "./Figures.ts"
import * as Random from "./Random.ts"
import * as Visibility from "./Visibility.ts"

/** Changes whenever the same seed would give other images. */
export const version = 1

const everyKind: ReadonlyArray<Dataset.Shape> = ["circle", "square", "triangle"]

/** Lists a data set's classes in the order of their numbers. Filled or outlined is a look, not a class. */
export const classesOf = (dataset: Dataset.Shapes): ReadonlyArray<Dataset.Shape> => dataset.classes ?? everyKind

/** The most shapes on one image. */
export const maxShapes = 4

export interface Scene {
  readonly background: Colour
  readonly shapes: ReadonlyArray<Shape>
  readonly bars: ReadonlyArray<Bar>
}

const whole = (random: Random.Stream, low: number, high: number): number => low + random.below(high - low + 1)

const luma = (red: number, green: number, blue: number): number => (77 * red + 150 * green + 29 * blue) >> 8

const leastContrast = 70

const colourAgainst = (background: Colour, random: Random.Stream): Colour => {
  const ground = luma(...background)
  for (let attempt = 0; attempt < 12; attempt++) {
    const red = random.below(256)
    const green = random.below(256)
    const blue = random.below(256)
    if (Math.abs(luma(red, green, blue) - ground) >= leastContrast) return [red, green, blue]
  }
  return ground < 128 ? [235, 235, 235] : [20, 20, 20]
}

const share = (parts: number): number => Math.floor((side * parts) / 100)

const overlapsMuch = (a: Shape, b: Shape): boolean => {
  const reach = a.radius + b.radius
  const width = reach - Math.abs(a.x - b.x)
  const height = reach - Math.abs(a.y - b.y)
  const smaller = 2 * Math.min(a.radius, b.radius)
  return width > 0 && height > 0 && Math.min(width, smaller) * Math.min(height, smaller) * 10 > 3 * smaller * smaller
}

const drawShape = (random: Random.Stream, kinds: ReadonlyArray<Dataset.Shape>, background: Colour): Shape => {
  const kind = kinds[random.below(kinds.length)] as Dataset.Shape
  const radius = whole(random, share(12), share(27))
  const outlined = random.below(2) === 1
  return {
    kind,
    radius,
    x: whole(random, radius, side - radius),
    y: whole(random, radius, side - radius),
    direction: random.below(64),
    outline: outlined ? Math.max(share(4), Math.floor((radius * whole(random, 18, 28)) / 100)) : 0,
    colour: colourAgainst(background, random),
    labelled: true
  }
}

const drawBar = (random: Random.Stream, background: Colour): Bar => ({
  x: random.below(side),
  y: random.below(side),
  direction: random.below(64),
  halfLength: whole(random, share(15), share(45)),
  halfWidth: whole(random, share(2), share(5)),
  colour: colourAgainst(background, random)
})

/**
 * Lays out the scene of one image: a pure function of the data set's seed and classes, the split and the index. Shapes
 * lie within the image; one of which less than a quarter can be seen is drawn but not labelled.
 */
export const layOut = (dataset: Dataset.Shapes, split: Split, index: number): Scene => {
  const random = Random.stream(dataset.seed, "shapes", version, split, index)
  const kinds = classesOf(dataset)
  const background: Colour = [whole(random, 40, 215), whole(random, 40, 215), whole(random, 40, 215)]
  const shapes: Array<Shape> = []
  const wanted = whole(random, 1, maxShapes)
  for (let attempt = 0; attempt < 4 * maxShapes && shapes.length < wanted; attempt++) {
    const shape = drawShape(random, kinds, background)
    if (!shapes.some((other) => overlapsMuch(shape, other))) shapes.push(shape)
  }
  const barCount = random.below(3) === 0 ? whole(random, 1, 2) : 0
  const bars = Array.from({ length: barCount }, () => drawBar(random, background))
  return {
    background,
    bars,
    shapes: shapes.map((shape, order) => Visibility.isSeen(shapes, order, bars) ? shape : { ...shape, labelled: false })
  }
}

/** The corners of a shape in units of its radius, before it is turned. */
const cornersOf = (kind: Dataset.Shape): ReadonlyArray<readonly [across: number, along: number]> => {
  const half = 11585 / one
  const wide = halfRootThree / one
  return kind === "triangle"
    ? [[0, -1], [wide, 0.5], [-wide, 0.5]]
    : [[half, half], [half, -half], [-half, half], [-half, -half]]
}

const spread = (values: ReadonlyArray<number>): number => Math.max(...values) - Math.min(...values)

/** The side of a square as large as the box around a shape, in units of its radius, by its direction. */
const sidesOf = (kind: "square" | "triangle"): ReadonlyArray<number> =>
  Array.from({ length: 64 }, (_, direction) => {
    const right = cosine(direction) / one
    const down = sine(direction) / one
    const across = cornersOf(kind).map(([x, y]) => x * right - y * down)
    const along = cornersOf(kind).map(([x, y]) => x * down + y * right)
    return Math.sqrt(spread(across) * spread(along))
  })

const sides = { circle: Array.from({ length: 64 }, () => 2), square: sidesOf("square"), triangle: sidesOf("triangle") }

/** Computes the side of a square as large as the box around a shape, as a share of the image's. */
const sideOf = ({ direction, kind, radius }: Shape): number => ((sides[kind][direction] ?? NaN) * radius) / side

/** Lists what the images of a split show, drawing nothing. */
export const shown = function*(dataset: Dataset.Shapes, split: Split): Generator<Shown> {
  const classes = classesOf(dataset)
  for (let index = 0; index < dataset[split]; index++) {
    const shapes = layOut(dataset, split, index).shapes.filter(({ labelled }) => labelled)
    yield { classes: shapes.map(({ kind }) => classes.indexOf(kind)), sides: shapes.map(sideOf) }
  }
}
