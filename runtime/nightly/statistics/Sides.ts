/**
 * What an exact test of two samples says: how often a random division of the same values is as extreme as the one seen.
 */
export interface Sides {
  /** That the first sample lies as low as it does, or lower. */
  readonly less: number
  /** That the first sample lies as high as it does, or higher. */
  readonly greater: number
  /** Twice the smaller of both, at most 1. */
  readonly twoSided: number
}

/** Makes the two-sided p of both one-sided ones. */
export const of = (less: number, greater: number): Sides => ({ less, greater, twoSided: Math.min(1, 2 * Math.min(less, greater)) })

/** Throws a RangeError for what cannot be ordered. */
export const ordered = (first: ReadonlyArray<number>, second: ReadonlyArray<number>): void => {
  if (first.length === 0 || second.length === 0) throw new RangeError("an exact test needs a value in each sample")
  if (first.some(Number.isNaN) || second.some(Number.isNaN)) throw new RangeError("NaN has no place in an order")
}
