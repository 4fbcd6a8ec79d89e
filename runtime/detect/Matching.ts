/**
 * Which detections find which boxes, by COCO's rules, for one class at a time.
 */

/** The top left corner and the sides in pixels, as COCO writes boxes: areas at a bound keep every bit so. */
export type Box = readonly [x: number, y: number, width: number, height: number]

export interface Truth {
  readonly box: Box
  /** A region of many objects: it is not looked for, and whatever lies in it counts neither for nor against. */
  readonly crowd: boolean
  /** Decides small, medium or large. */
  readonly area: number
  /** A detection that takes the box counts as false all the same. */
  readonly uncredited: boolean
}

/** The boxes and detections of one class on one image; detections best first. */
export interface Cell {
  readonly truth: ReadonlyArray<Truth>
  readonly detections: ReadonlyArray<{ readonly box: Box; readonly score: number }>
}

/** Areas in square pixels, both bounds included. */
export type Range = readonly [low: number, high: number]

/** What became of detections, image after image; a threshold is a bit. */
export interface Matches {
  /** Whether a box was found. A detection that is neither matched nor ignored is a false positive. */
  readonly matched: Uint16Array
  readonly ignored: Uint16Array
  /** How many boxes count. */
  readonly boxes: number
}

const overlap = (a: Box, b: Truth): number => {
  const width = Math.min(a[0] + a[2], b.box[0] + b.box[2]) - Math.max(a[0], b.box[0])
  const height = Math.min(a[1] + a[3], b.box[1] + b.box[3]) - Math.max(a[1], b.box[1])
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  const own = a[2] * a[3]
  return shared / (b.crowd ? own : own + b.box[2] * b.box[3] - shared)
}

/** IoU of every detection (rows) with every box; with a crowd, the share of the detection that lies inside. */
const overlapsOf = ({ detections, truth }: Cell): Float64Array => {
  const overlaps = new Float64Array(detections.length * truth.length)
  let at = 0
  for (const { box } of detections) {
    for (const other of truth) overlaps[at++] = overlap(box, other)
  }
  return overlaps
}

const outside = (area: number, [low, high]: Range): boolean => area < low || area > high

interface Search {
  readonly truth: ReadonlyArray<Truth>
  /** Boxes that count before those that are ignored. */
  readonly order: ReadonlyArray<number>
  readonly ignored: ReadonlyArray<boolean>
  readonly overlaps: Float64Array
}

/** Finds the free box that a detection overlaps most, -1 for none; a box that counts goes before an ignored one. */
const bestFor = ({ ignored, order, overlaps, truth }: Search, row: number, taken: Uint8Array, threshold: number): number => {
  let best = Math.min(threshold, 1 - 1e-10)
  let match = -1
  for (const column of order) {
    if (taken[column] === 1 && truth[column]?.crowd !== true) continue
    if (match >= 0 && ignored[match] === false && ignored[column] === true) break
    const found = overlaps[row * truth.length + column] ?? 0
    if (found < best) continue
    best = found
    match = column
  }
  return match
}

/**
 * Finds for every detection of a cell the box that it takes, by its position, at one threshold and whatever the areas; -1
 * for none.
 */
export const takenBy = (cell: Cell, threshold: number): ReadonlyArray<number> => {
  const { detections, truth } = cell
  const ignored = truth.map(({ crowd }) => crowd)
  const order = truth.map((_, column) => column).toSorted((a, b) => Number(ignored[a]) - Number(ignored[b]))
  const search: Search = { truth, order, ignored, overlaps: overlapsOf(cell) }
  const taken = new Uint8Array(truth.length)
  return detections.map((_, row) => {
    const column = bestFor(search, row, taken, threshold)
    if (column >= 0) taken[column] = 1
    return column
  })
}

/**
 * Matches a class's detections on all images, for every range of areas. A box outside the range is ignored, and so is
 * a detection that takes an ignored box, or none where its own area is outside.
 */
export const match = (
  cells: ReadonlyArray<Cell>,
  thresholds: ReadonlyArray<number>,
  ranges: ReadonlyArray<Range>
): ReadonlyArray<Matches> => {
  const count = cells.reduce((sum, { detections }) => sum + detections.length, 0)
  const matches = ranges.map(() => ({ matched: new Uint16Array(count), ignored: new Uint16Array(count), boxes: 0 }))
  const every = (1 << thresholds.length) - 1
  let first = 0
  for (const cell of cells) {
    const { detections, truth } = cell
    const overlaps = overlapsOf(cell)
    matches.forEach((out, index) => {
      const range = ranges[index] as Range
      const ignored = truth.map(({ area, crowd }) => crowd || outside(area, range))
      out.boxes += ignored.filter((skip) => !skip).length
      detections.forEach(({ box }, row) => {
        if (outside(box[2] * box[3], range)) out.ignored[first + row] = every
      })
      if (truth.length === 0) return
      const order = truth.map((_, column) => column).toSorted((a, b) => Number(ignored[a]) - Number(ignored[b]))
      const search: Search = { truth, order, ignored, overlaps }
      thresholds.forEach((threshold, bit) => {
        const taken = new Uint8Array(truth.length)
        for (let row = 0; row < detections.length; row++) {
          const column = bestFor(search, row, taken, threshold)
          if (column < 0) continue
          taken[column] = 1
          const at = first + row
          const credited = truth[column]?.uncredited !== true
          if (credited) out.matched[at] = (out.matched[at] ?? 0) | (1 << bit)
          const before = out.ignored[at] ?? 0
          if (ignored[column] === true) out.ignored[at] = before | (1 << bit)
          else if (credited) out.ignored[at] = before & ~(1 << bit)
        }
      })
    })
    first += detections.length
  }
  return matches
}
