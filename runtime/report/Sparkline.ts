/**
 * Curves in text.
 */

const blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const
const notFinite = "×"
/** Above this ratio of the largest to the smallest value a linear scale would show one spike alone. */
const logarithmicFrom = 20

/** How values are laid on a height; curves that are to be compared share one. */
export interface Scale {
  readonly low: number
  readonly high: number
  readonly logarithmic: boolean
}

/** Finds the scale that shows all finite values: logarithmic where they are positive and far apart. */
export const scaleOf = (values: Iterable<number>): Scale => {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return { low, high, logarithmic: low > 0 && high / low >= logarithmicFrom }
}

/** Places a value from 0 to 1; a scale of one value places it at 0. */
const placeOn = ({ high, logarithmic, low }: Scale, value: number): number => {
  const place = logarithmic
    ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
    : (value - low) / (high - low)
  return Number.isFinite(place) ? Math.min(1, Math.max(0, place)) : 0
}

/** Averages neighbours so that at most `columns` values are left; one that is not finite marks its whole bucket. */
const buckets = (values: ReadonlyArray<number>, columns: number): ReadonlyArray<number> => {
  if (values.length <= columns) return values
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns)
    const to = Math.floor(((column + 1) * values.length) / columns)
    const slice = values.slice(from, to)
    return slice.reduce((sum, value) => sum + value / slice.length, 0)
  })
}

/** Draws values as one line of at most `columns`; × stands where one is NaN or infinite. */
export const line = (
  values: ReadonlyArray<number>,
  columns: number,
  scale: Scale = scaleOf(buckets(values, columns))
): string =>
  buckets(values, columns).map((value) => {
    const place = Math.min(blocks.length - 1, Math.floor(placeOn(scale, value) * blocks.length))
    return Number.isFinite(value) ? blocks[place] : notFinite
  }).join("")

/**
 * Draws values as `rows` lines, the highest first, each at most `columns` wide, by default from 0 to the largest. The
 * smallest of a scale that starts above 0 is still an eighth of a row; × stands at the top where one is NaN or
 * infinite.
 */
export const curve = (
  values: ReadonlyArray<number>,
  columns: number,
  rows: number,
  scale?: Scale
): ReadonlyArray<string> => {
  const shown = buckets(values, columns)
  const used = scale ?? { low: 0, high: Math.max(0, ...shown.filter(Number.isFinite)), logarithmic: false }
  const least = used.low > 0 ? 1 : 0
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * blocks.length
    return shown.map((value) => {
      if (!Number.isFinite(value)) return row === 0 ? notFinite : " "
      const filled = Math.max(least, Math.round(placeOn(used, value) * rows * blocks.length)) - below
      return filled <= 0 ? " " : blocks[Math.min(filled, blocks.length) - 1]
    }).join("")
  })
}
