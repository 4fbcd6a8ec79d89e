/**
 * By how much one sample lies above another, as Hodges and Lehmann estimate it, with the interval that belongs to the
 * Mann-Whitney test.
 */
import * as MannWhitney from "./MannWhitney.ts"

/** The median of all differences; the bounds are infinite where the samples are too small for the confidence. */
export interface Shift {
  readonly shift: number
  readonly low: number
  readonly high: number
}

const medianOf = (ascending: ReadonlyArray<number>): number => {
  const middle = ascending.length / 2
  return ((ascending[Math.ceil(middle) - 1] ?? NaN) + (ascending[Math.floor(middle)] ?? NaN)) / 2
}

/** Estimates how far `observed` lies above `baseline`; null where a value is not finite. */
export const estimate = (
  observed: ReadonlyArray<number>,
  baseline: ReadonlyArray<number>,
  confidence: number
): Shift | null => {
  if (![...observed, ...baseline].every(Number.isFinite)) return null
  const differences = observed.flatMap((value) => baseline.map((before) => value - before))
    .toSorted((left, right) => left - right)
  // What lies outside is less likely than half of the rest on either side.
  const outside = MannWhitney.cumulative(observed.length, baseline.length)
    .findIndex((below) => below > (1 - confidence) / 2)
  return {
    shift: medianOf(differences),
    low: outside === 0 ? -Infinity : differences[outside - 1] ?? NaN,
    high: outside === 0 ? Infinity : differences[differences.length - outside] ?? NaN
  }
}
