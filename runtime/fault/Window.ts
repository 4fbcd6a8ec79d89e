/**
 * Which steps a diagnosis replays.
 */

/** From the state before step `from` on, up to and without step `until`. */
export interface Window {
  readonly from: number
  readonly until: number
}

/** So many steps before its onset a fault may already be under way. */
const lead = 10
/** A step that failed is behind a training once it got so much farther. */
const pastFailure = 3
/** A divergence is found late, and its cure shows as late. */
const pastDivergence = 20

/**
 * Chooses the window of trials: from the newest kept state well before the onset, within `budget` steps; where that is too
 * far, from the oldest kept state that is near enough. Null where no state before the fault is kept or none is near enough.
 */
export const of = (options: {
  readonly tag: string
  readonly step: number
  readonly onset: number
  /** The steps at which states are kept. */
  readonly kept: ReadonlyArray<number>
  /** How many steps one trial may take. */
  readonly budget: number
}): Window | null => {
  const { budget, kept, onset, step, tag } = options
  const past = tag === "Diverged" ? pastDivergence : pastFailure
  // A cure is seen where the training gets past the failing step at least.
  const near = kept.filter((from) => from <= step && step + 1 - from <= budget).toSorted((left, right) => left - right)
  const from = near.findLast((from) => from <= onset - lead) ?? near[0]
  return from === undefined ? null : { from, until: Math.min(step + 1 + past, from + budget) }
}
