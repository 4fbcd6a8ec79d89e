/**
 * What is still seen of a shape under what was drawn over it, found out on a coarse grid of points. A convex figure
 * holds one run of each row's points, so that rows are computed and compared as bits instead of point by point.
 */
import { type Bar, cosine, halfRootThree, one, type Shape, side, sine } from "./Figures.ts"

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

const meet = (a: Reach, b: Reach): boolean => (a.x - b.x) ** 2 + (a.y - b.y) ** 2 <= (a.radius + b.radius + slack) ** 2

/** Half of the plane: the points with `across * x + down * y <= most`, in whole numbers that a double holds exactly. */
interface Half {
  readonly across: number
  readonly down: number
  readonly most: number
}

/** What several halves of the plane have in common, or the points of a disc; both are counted from a point. */
type Convex =
  | { readonly x: number; readonly y: number; readonly halves: ReadonlyArray<Half> }
  | { readonly x: number; readonly y: number; readonly right: number; readonly down: number; readonly most: number }

/** Something drawn, without the hollow of an outline, and the rows in which it may have points. */
interface Figure {
  readonly first: number
  readonly last: number
  readonly outer: Convex
  readonly hollow: Convex | null
}

const strips = (right: number, down: number, across: number, along: number): ReadonlyArray<Half> => [
  { across: right, down, most: across },
  { across: -right, down: -down, most: across },
  { across: -down, down: right, most: along },
  { across: down, down: -right, most: along }
]

/** A shape's outline, or what lies `inset` inside of it. */
const convexOf = ({ direction, kind, radius, x, y }: Shape, inset: number): Convex => {
  const right = cosine(direction)
  const down = sine(direction)
  switch (kind) {
    case "circle":
      return { x, y, right, down, most: (radius - inset) * (radius - inset) * one * one }
    case "square": {
      const bound = (Math.floor((radius * 11585) / one) - inset) * one
      return { x, y, halves: strips(right, down, bound, bound) }
    }
    case "triangle": {
      const bound = (Math.floor(radius / 2) - inset) * one
      const half = one / 2
      return {
        x,
        y,
        halves: [
          { across: -down, down: right, most: bound },
          {
            across: right * halfRootThree + down * half,
            down: down * halfRootThree - right * half,
            most: bound * one
          },
          {
            across: down * half - right * halfRootThree,
            down: -down * halfRootThree - right * half,
            most: bound * one
          }
        ]
      }
    }
  }
}

const rowsOf = ({ radius, y }: Reach): { readonly first: number; readonly last: number } => ({
  first: Math.max(0, Math.floor((y - radius - slack) / cell)),
  last: Math.min(grid - 1, Math.floor((y + radius + slack) / cell))
})

const figureOf = (shape: Shape): Figure => ({
  ...rowsOf(shape),
  outer: convexOf(shape, 0),
  hollow: shape.outline === 0 ? null : convexOf(shape, shape.outline)
})

const reachOfBar = ({ halfLength, halfWidth, x, y }: Bar): Reach => ({ x, y, radius: halfLength + halfWidth })

const figureOfBar = (bar: Bar): Figure => {
  const { direction, halfLength, halfWidth, x, y } = bar
  const halves = strips(cosine(direction), sine(direction), halfLength * one, halfWidth * one)
  return { ...rowsOf(reachOfBar(bar)), outer: { x, y, halves }, hollow: null }
}

/** A run of a row's columns; none where first is above last. One object is written again and again. */
interface Run {
  first: number
  last: number
}

const centre = cell / 2

/** Finds the columns whose points in a row lie in a figure. */
const find = (figure: Convex, row: number, run: Run): void => {
  const dy = row * cell + centre - figure.y
  const start = centre - figure.x
  run.first = 0
  run.last = grid - 1
  if ("halves" in figure) {
    for (const { across, down, most } of figure.halves) {
      const bound = most - down * dy - across * start
      if (across > 0) run.last = Math.min(run.last, Math.floor(bound / (across * cell)))
      else if (across < 0) run.first = Math.max(run.first, Math.ceil(bound / (across * cell)))
      else if (bound < 0) run.last = -1
    }
    return
  }
  const { down, most, right } = figure
  const holds = (column: number): boolean => {
    const dx = column * cell + start
    const across = dx * right + dy * down
    const along = dy * right - dx * down
    return across * across + along * along <= most
  }
  const reach = Math.sqrt(Math.max(0, most / (right * right + down * down) - dy * dy))
  // The root is rounded: the points at both ends decide.
  run.first = Math.max(0, Math.ceil((-reach - start) / cell) - 1)
  run.last = Math.min(grid - 1, Math.floor((reach - start) / cell) + 1)
  while (run.first <= run.last && !holds(run.first)) run.first++
  while (run.last >= run.first && !holds(run.last)) run.last--
}

/** The 32 columns from `start` on that lie in a run, a bit each. */
const bitsFrom = (start: number, { first, last }: Run): number => {
  const from = Math.max(0, first - start)
  const to = Math.min(31, last - start)
  return from > to ? 0 : (0xffff_ffff >>> (31 - to + from)) << from
}

/** A row's columns, a bit each: the left half and the right half. One object is written again and again. */
interface Bits {
  left: number
  right: number
}

const add = ({ first, hollow, last, outer }: Figure, row: number, run: Run, bits: Bits): void => {
  if (row < first || row > last) return
  find(outer, row, run)
  let left = bitsFrom(0, run)
  let right = bitsFrom(32, run)
  if (hollow !== null && (left | right) !== 0) {
    find(hollow, row, run)
    left &= ~bitsFrom(0, run)
    right &= ~bitsFrom(32, run)
  }
  bits.left |= left
  bits.right |= right
}

const count = (bits: number): number => {
  const pairs = bits - ((bits >>> 1) & 0x5555_5555)
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

/** Lists what lies over the shape that was drawn at a place in the order of shapes, as far as it reaches it. */
const lyingOver = (shapes: ReadonlyArray<Shape>, order: number, shape: Shape, bars: ReadonlyArray<Bar>) => {
  const over: Array<Figure> = []
  for (let later = order + 1; later < shapes.length; later++) {
    const other = shapes[later]
    if (other !== undefined && meet(shape, other)) over.push(figureOf(other))
  }
  for (const bar of bars) if (meet(shape, reachOfBar(bar))) over.push(figureOfBar(bar))
  return over
}

/**
 * Tells whether at least a quarter of the points of one of the shapes can be seen; they are drawn in their order, and
 * the bars after them.
 */
export const isSeen = (shapes: ReadonlyArray<Shape>, order: number, bars: ReadonlyArray<Bar>): boolean => {
  const shape = shapes[order]
  if (shape === undefined) return false
  const over = lyingOver(shapes, order, shape, bars)
  if (over.length === 0) return true
  const figure = figureOf(shape)
  const run: Run = { first: 0, last: 0 }
  const own: Bits = { left: 0, right: 0 }
  const hidden: Bits = { left: 0, right: 0 }
  let all = 0
  let seen = 0
  const { first, last } = figure
  // No row has more points than this, so that the answer is often plain before the last one.
  const most = Math.ceil((2 * shape.radius) / cell) + 1
  for (let row = first; row <= last; row++) {
    own.left = own.right = hidden.left = hidden.right = 0
    add(figure, row, run, own)
    for (const other of over) add(other, row, run, hidden)
    all += count(own.left) + count(own.right)
    seen += count(own.left & ~hidden.left) + count(own.right & ~hidden.right)
    if (4 * seen >= all + (last - row) * most) return true
  }
  return 4 * seen >= all
}
