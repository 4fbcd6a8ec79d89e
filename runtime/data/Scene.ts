/**
 * What a generated image shows, before any pixel: shapes, what hides them, colours. It is laid out in whole numbers on
 * a square of its own, so that one scene holds the same shapes at every size of image.
 */
import type * as Dataset from "../../dsl/Dataset.ts"
import type { Split } from "./Batch.ts"
import type { Shown } from "./Counts.ts"
import * as Random from "./Random.ts"

/** Changes whenever the same seed would give other images. */
export const version = 1

const everyKind: ReadonlyArray<Dataset.Shape> = ["circle", "square", "triangle"]

/** Lists a data set's classes in the order of their numbers. Filled or outlined is a look, not a class. */
export const classesOf = (dataset: Dataset.Shapes): ReadonlyArray<Dataset.Shape> => dataset.classes ?? everyKind

/** The most shapes on one image. */
export const maxShapes = 4

/** A scene's side in its own units. */
export const side = 0x1_0000

export type Colour = readonly [red: number, green: number, blue: number]

export interface Shape {
  readonly kind: Dataset.Shape
  readonly x: number
  readonly y: number
  /** The radius of the circle through the shape's corners. */
  readonly radius: number
  /** In 64ths of a turn. */
  readonly direction: number
  /** The outline's thickness; 0 for a filled shape. */
  readonly outline: number
  readonly colour: Colour
  /** False where hardly anything of it can be seen. */
  readonly labelled: boolean
}

/** A bar that lies over the shapes. */
export interface Bar {
  readonly x: number
  readonly y: number
  readonly direction: number
  readonly halfLength: number
  readonly halfWidth: number
  readonly colour: Colour
}

export interface Scene {
  readonly background: Colour
  readonly shapes: ReadonlyArray<Shape>
  readonly bars: ReadonlyArray<Bar>
}

const one = 0x4000

/** Sines of 0, 1, 2 … 16 64ths of a turn, times `one`: written out, because Math.sin may differ between machines. */
const quarter = [
  0, 1606, 3196, 4756, 6270, 7723, 9102, 10394, 11585, 12665, 13623, 14449, 15137, 15679, 16069, 16305, 16384
] as const

const sine = (direction: number): number => {
  const turn = direction & 63
  const half = turn & 31
  const value = quarter[half <= 16 ? half : 32 - half] as number
  return turn < 32 ? value : -value
}

const cosine = (direction: number): number => sine(direction + 16)

/** Half the square root of 3, times `one`. */
const halfRootThree = 14189

const within = (kind: Dataset.Shape, across: number, along: number, radius: number, inset: number): boolean => {
  switch (kind) {
    case "circle":
      return across * across + along * along <= (radius - inset) * (radius - inset) * one * one
    case "square": {
      const bound = (Math.floor((radius * 11585) / one) - inset) * one
      return Math.abs(across) <= bound && Math.abs(along) <= bound
    }
    case "triangle": {
      const bound = (Math.floor(radius / 2) - inset) * one
      return along <= bound && Math.abs(across) * halfRootThree - along * (one / 2) <= bound * one
    }
  }
}

/** Tells whether a point, in the scene's units, lies on something. */
export type Covers = (x: number, y: number) => boolean

/** Tells which points lie on a shape. The hollow of an outlined shape does not. */
export const coverOf = ({ direction, kind, outline, radius, ...shape }: Shape): Covers => {
  const right = cosine(direction)
  const down = sine(direction)
  return (x, y) => {
    const dx = x - shape.x
    const dy = y - shape.y
    const across = dx * right + dy * down
    const along = dy * right - dx * down
    return within(kind, across, along, radius, 0) && (outline === 0 || !within(kind, across, along, radius, outline))
  }
}

/** Tells which points lie on a bar. */
export const coverOfBar = (bar: Bar): Covers => {
  const right = cosine(bar.direction)
  const down = sine(bar.direction)
  return (x, y) => {
    const dx = x - bar.x
    const dy = y - bar.y
    return Math.abs(dx * right + dy * down) <= bar.halfLength * one
      && Math.abs(dy * right - dx * down) <= bar.halfWidth * one
  }
}

const whole = (random: Random.Stream, low: number, high: number): number => low + random.below(high - low + 1)

const luma = ([red, green, blue]: Colour): number => (77 * red + 150 * green + 29 * blue) >> 8

const leastContrast = 70

const colourAgainst = (background: Colour, random: Random.Stream): Colour => {
  for (let attempt = 0; attempt < 12; attempt++) {
    const colour: Colour = [random.below(256), random.below(256), random.below(256)]
    if (Math.abs(luma(colour) - luma(background)) >= leastContrast) return colour
  }
  return luma(background) < 128 ? [235, 235, 235] : [20, 20, 20]
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

const grid = 64
const cell = side / grid

/** A circle in which all of something drawn lies. */
interface Reach {
  readonly x: number
  readonly y: number
  readonly radius: number
}

/** Corners lie a little outside where sines were rounded. */
const slack = 64

const meet = (one: Reach, other: Reach): boolean => {
  const apart = one.radius + other.radius + slack
  return (one.x - other.x) ** 2 + (one.y - other.y) ** 2 <= apart ** 2
}

const shareSeen = (shape: Shape, over: ReadonlyArray<Covers>): number => {
  const covers = coverOf(shape)
  let all = 0
  let seen = 0
  const last = (centre: number): number => Math.min(grid - 1, Math.floor((centre + shape.radius) / cell))
  const first = (centre: number): number => Math.max(0, Math.floor((centre - shape.radius) / cell))
  for (let row = first(shape.y); row <= last(shape.y); row++) {
    for (let column = first(shape.x); column <= last(shape.x); column++) {
      const x = column * cell + cell / 2
      const y = row * cell + cell / 2
      if (!covers(x, y)) continue
      all++
      if (!over.some((hides) => hides(x, y))) seen++
    }
  }
  return all === 0 ? 1 : seen / all
}

const reachOfBar = ({ halfLength, halfWidth, x, y }: Bar): Reach => ({ x, y, radius: halfLength + halfWidth })

/** Finds out, on a coarse grid, which share of every shape's points nothing drawn later covers. */
const visibility = (shapes: ReadonlyArray<Shape>, bars: ReadonlyArray<Bar>): ReadonlyArray<number> =>
  shapes.map((shape, order) => {
    const over = [
      ...shapes.slice(order + 1).filter((other) => meet(shape, other)).map(coverOf),
      ...bars.filter((bar) => meet(shape, reachOfBar(bar))).map(coverOfBar)
    ]
    return over.length === 0 ? 1 : shareSeen(shape, over)
  })

/** A shape of which less is seen is drawn, but not labelled. */
const leastSeen = 0.25

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
  const seen = visibility(shapes, bars)
  return {
    background,
    bars,
    shapes: shapes.map((shape, order) => ({ ...shape, labelled: (seen[order] ?? 0) >= leastSeen }))
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

/** Computes the side of a square as large as the box around a shape, as a share of the image's. */
const sideOf = ({ direction, kind, radius }: Shape): number => {
  if (kind === "circle") return (2 * radius) / side
  const right = cosine(direction) / one
  const down = sine(direction) / one
  const across = cornersOf(kind).map(([x, y]) => x * right - y * down)
  const along = cornersOf(kind).map(([x, y]) => x * down + y * right)
  const spread = (values: ReadonlyArray<number>): number => Math.max(...values) - Math.min(...values)
  return (Math.sqrt(spread(across) * spread(along)) * radius) / side
}

/** Lists what the images of a split show, drawing nothing. */
export const shown = function*(dataset: Dataset.Shapes, split: Split): Generator<Shown> {
  const classes = classesOf(dataset)
  for (let index = 0; index < dataset[split]; index++) {
    const shapes = layOut(dataset, split, index).shapes.filter(({ labelled }) => labelled)
    yield { classes: shapes.map(({ kind }) => classes.indexOf(kind)), sides: shapes.map(sideOf) }
  }
}
