/**
 * The exact permutation test of two means: every division of the values into samples of these sizes is looked at.
 */
import * as Combinations from "./Combinations.ts"
import * as Sides from "./Sides.ts"

/** So many divisions are looked at at most: two samples of 10 have 184,756. */
export const mostDivisions = 200_000

/** Sums that differ by less than this, relative to the values' magnitudes, are equal but for rounding. */
const rounding = 1e-12

/** Tells whether `test` can be made: the values are finite, and their divisions are not too many to look at. */
export const applies = (first: ReadonlyArray<number>, second: ReadonlyArray<number>): boolean =>
  [...first, ...second].every(Number.isFinite)
  && Combinations.choose(first.length + second.length, first.length) <= mostDivisions

/**
 * Tests whether one sample's mean is lower or higher than another's. Throws a RangeError where it does not apply, and for
 * an empty sample.
 */
export const test = (first: ReadonlyArray<number>, second: ReadonlyArray<number>): Sides.Sides => {
  Sides.ordered(first, second)
  if (!applies(first, second)) throw new RangeError(`the test takes finite values, with at most ${mostDivisions} divisions`)
  // The sum of the first sample tells as much as the difference of the means, the sum of all being given.
  const values = [...first, ...second]
  const seen = first.reduce((total, value) => total + value, 0)
  const slack = rounding * values.reduce((total, value) => total + Math.abs(value), 0)
  let [lower, higher, all] = [0, 0, 0]
  const divide = (from: number, left: number, before: number): void => {
    for (let index = from; index <= values.length - left; index++) {
      const total = before + (values[index] ?? NaN)
      if (left > 1) {
        divide(index + 1, left - 1, total)
      } else {
        all++
        if (total <= seen + slack) lower++
        if (total >= seen - slack) higher++
      }
    }
  }
  divide(0, first.length, 0)
  return Sides.of(lower / all, higher / all)
}
