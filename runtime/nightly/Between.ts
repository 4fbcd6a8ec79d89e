/**
 * Halving a row of things, of which the first are good and the last are bad.
 */

/** What is known: the thing at `good` is good and the one at `bad`, which comes later, is bad. */
export interface Between {
  readonly good: number
  readonly bad: number
}

/** Finds what to look at next; null where the first bad one is found. */
export const next = ({ bad, good }: Between): number | null => bad - good > 1 ? Math.floor((good + bad) / 2) : null

/** Takes in what was seen of one thing between. */
export const narrowed = (between: Between, place: number, isBad: boolean): Between =>
  isBad ? { ...between, bad: place } : { ...between, good: place }

/** Counts how often one has to look at most. */
export const looks = ({ bad, good }: Between): number => Math.ceil(Math.log2(Math.max(1, bad - good)))
