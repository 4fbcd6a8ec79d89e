/**
 * How many copies of a training's state are kept in the host's memory, to go back to after a fault.
 */

const most = 6
/** The newest one, and one before it in case that is not good any more. */
const least = 2
const budget = 2 ** 30

/** How much farther each copy is than the one after it. */
const spread = 3

/** Finds how many copies of a state of so many bytes are kept: as many as fit a gibibyte, 2 to 6. */
export const copies = (stateBytes: number): number => Math.max(least, Math.min(most, Math.floor(budget / stateBytes)))

/** Finds how many bytes the copies of a state of so many bytes take. */
export const bytes = (stateBytes: number): number => copies(stateBytes) * stateBytes

/**
 * Lists, by their ordinals from 0, the copies that are missed most once copy `newest` is made: that one, the ones before
 * at distances that triple, and the first one of all where there is room for more than two. Each was wanted ever since it
 * was made.
 */
export const wanted = (newest: number, count: number): ReadonlySet<number> => {
  const found = new Set([newest, ...(count > least ? [0] : [])])
  let before = newest
  for (let distance = spread; found.size < count && before > 0; distance *= spread) {
    before = (Math.ceil(before / distance) - 1) * distance
    found.add(before)
  }
  return found
}

/** Finds which of more than `count` copies, whose ordinals ascend, is missed least: its place among them. */
export const spare = (ordinals: ReadonlyArray<number>, count: number): number => {
  const missed = wanted(ordinals.at(-1) ?? 0, count)
  return ordinals.findIndex((ordinal) => !missed.has(ordinal))
}
