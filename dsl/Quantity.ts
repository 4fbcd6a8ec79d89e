/**
 * Numbers with bounds, each with the words that say what was expected.
 */
import * as Schema from "effect/Schema"

const bounded = (expected: string, holds: (value: number) => boolean) =>
  Schema.Number.pipe(Schema.check(Schema.makeFilter((value: number) => Number.isFinite(value) && holds(value), {
    expected
  })))

/** Accepts a finite number above 0. */
export const positive = bounded("a number above 0", (value) => value > 0)

/** Accepts a number above 0 and at most `most`, which no sensible value comes near. */
export const positiveUpTo = (most: number) =>
  bounded(`a number above 0 and at most ${most}`, (value) => value > 0 && value <= most)

/** Accepts a finite number of at least 0. */
export const nonNegative = bounded("a number of at least 0", (value) => value >= 0)

/** Accepts a finite number of at least `least`. */
export const atLeast = (least: number) => bounded(`a number of at least ${least}`, (value) => value >= least)

/** Accepts a number from 0 to 1, both included. */
export const share = bounded("a number from 0 to 1", (value) => value >= 0 && value <= 1)

/** Accepts a number of at least 0 and below 1, as a momentum or a decay is. */
export const fraction = bounded("a number of at least 0 and below 1", (value) => value >= 0 && value < 1)

/** Accepts a whole number above 0. */
export const count = bounded("a whole number above 0", (value) => Number.isSafeInteger(value) && value > 0)

/** Accepts a whole number from 1 to `most`, which no sensible value comes near. */
export const countUpTo = (most: number) =>
  bounded(`a whole number from 1 to ${most}`, (value) => Number.isSafeInteger(value) && value > 0 && value <= most)

/** Accepts a whole number of at least 0. */
export const index = bounded("a whole number of at least 0", (value) => Number.isSafeInteger(value) && value >= 0)

/** Accepts a number above 0 and at most 100. */
export const percentile = bounded("a number above 0 and at most 100", (value) => value > 0 && value <= 100)

/** Accepts any finite number. */
export const finite = bounded("a finite number", () => true)
