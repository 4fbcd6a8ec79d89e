/**
 * Holm's correction: of many tests at once, however they depend on each other, the chance that any of them is false is at
 * most the level that the corrected p are held against.
 */

/** Corrects the p of tests that are made together, each in its place. */
export const corrected = (p: ReadonlyArray<number>): ReadonlyArray<number> => {
  const ascending = p.map((value, place) => ({ value, place })).toSorted((left, right) => left.value - right.value)
  const found = p.map(() => 1)
  let least = 0
  for (const [before, { place, value }] of ascending.entries()) {
    least = Math.max(least, Math.min(1, value * (p.length - before)))
    found[place] = least
  }
  return found
}
