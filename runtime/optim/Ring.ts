/**
 * How many copies of a training's state are kept in the host's memory, to go back to after a fault.
 */

const most = 6
/** The newest one, and one before it in case that is not good any more. */
const least = 2
const budget = 2 ** 30

/** Finds how many copies of a state of so many bytes are kept: as many as fit a gibibyte, 2 to 6. */
export const copies = (stateBytes: number): number => Math.max(least, Math.min(most, Math.floor(budget / stateBytes)))

/** Finds how many bytes the copies of a state of so many bytes take. */
export const bytes = (stateBytes: number): number => copies(stateBytes) * stateBytes

/**
 * Finds which of more copies than are kept goes, by its place: `steps` are those that they were made after, in ascending
 * order. The newest two stay, and the first one where it was made at the attempt's beginning and there is room for more
 * than those; between them distances come to double with age.
 */
export const spare = (steps: ReadonlyArray<number>, count: number): number => {
  const now = steps.at(-1) ?? 0
  const age = (index: number): number => now - (steps[index] ?? now)
  let [chosen, closest] = [0, -Infinity]
  // What lies between neighbours of nearly the same age is missed least.
  for (let index = count > least ? 1 : 0; index < steps.length - least; index++) {
    const closeness = age(index + 1) / (index === 0 ? Infinity : age(index - 1))
    if (closeness > closest) [chosen, closest] = [index, closeness]
  }
  return chosen
}
