/**
 * Compares what an engine computed with what it should have, and says so for people.
 */

const same = (actual: number, expected: number): boolean =>
  actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))

/** How far a value is off: relative where the expected one is above 1, absolute below; infinite where a value is. */
const distance = (actual: number, expected: number): number => {
  if (same(actual, expected)) return 0
  const off = Math.abs(actual - expected) / Math.max(1, Math.abs(expected))
  return Number.isFinite(off) ? off : Infinity
}

/** Writes a value with the digits that float32 has. */
export const figure = (value: number): string => String(Number(value.toPrecision(7)))

const positionOf = (flat: number, shape: ReadonlyArray<number>): ReadonlyArray<number> => {
  let rest = flat
  return shape.toReversed().map((extent) => {
    const position = rest % extent
    rest = Math.floor(rest / extent)
    return position
  }).toReversed()
}

const listed = (numbers: ReadonlyArray<number>): string => `[${numbers.join(", ")}]`

interface Values {
  readonly shape: ReadonlyArray<number>
  readonly values: ArrayLike<number>
}

/**
 * Finds the value of a tensor that is furthest off. Returns null where none is off by more than `tolerance`, which is
 * relative for values above 1 and absolute below; 0 asks for equal values. NaN agrees with NaN alone.
 */
export const ofTensors = (what: string, actual: Values, expected: Values, tolerance: number): string | null => {
  if (listed(actual.shape) !== listed(expected.shape)) {
    return `${what} has shape ${listed(actual.shape)} instead of ${listed(expected.shape)}`
  }
  let worst = { off: 0, index: 0 }
  let count = 0
  for (let index = 0; index < expected.values.length; index++) {
    const off = distance(actual.values[index] ?? NaN, Math.fround(expected.values[index] ?? NaN))
    if (off > tolerance) count++
    if (off > worst.off) worst = { off, index }
  }
  if (count === 0) return null
  const [found, wanted] = [actual.values[worst.index] ?? NaN, expected.values[worst.index] ?? NaN]
  const where = expected.shape.length === 0 ? "" : ` at ${listed(positionOf(worst.index, expected.shape))}`
  const by = Number.isFinite(worst.off) ? ` (off by ${worst.off.toExponential(1)}, allowed ${tolerance})` : ""
  const many = count === 1 ? "" : `; ${count} of ${expected.values.length} values differ`
  return `${what} is ${figure(found)} instead of ${figure(wanted)}${where}${by}${many}`
}

/** Compares two numbers relative to the expected one. Returns null where they are within `tolerance`. */
export const ofNumbers = (what: string, actual: number, expected: number, tolerance: number): string | null => {
  const off = Math.abs(actual - expected) / Math.abs(expected)
  if (same(actual, expected) || off <= tolerance) return null
  const by = `off by ${off.toExponential(1)}, allowed ${tolerance}`
  return `${what} is ${figure(actual)} instead of ${figure(expected)} (${by})`
}
