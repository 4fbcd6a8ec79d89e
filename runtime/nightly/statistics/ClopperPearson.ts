/**
 * Which chances agree with how often something was seen, exactly, by Clopper and Pearson.
 */

const halvings = 60

/** Computes the logarithms of 0!, 1!, … up to `count`!. */
const logFactorials = (count: number): Float64Array => {
  const logs = new Float64Array(count + 1)
  for (let index = 1; index <= count; index++) logs[index] = (logs[index - 1] ?? 0) + Math.log(index)
  return logs
}

/** Finds where a function that rises from below `level` to above it, between 0 and 1, is at it. */
const whereAt = (level: number, rising: (chance: number) => number): number => {
  let [low, high] = [0, 1]
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2
    if (rising(middle) < level) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Bounds the chance of what was seen `seen` times in `trials`, from both sides, with at least the confidence. */
export const interval = (seen: number, trials: number, confidence: number): { readonly low: number; readonly high: number } => {
  const logs = logFactorials(trials)
  const outside = (1 - confidence) / 2
  const between = (from: number, to: number, chance: number): number => {
    let total = 0
    for (let count = from; count <= to; count++) {
      const ways = (logs[trials] ?? NaN) - (logs[count] ?? NaN) - (logs[trials - count] ?? NaN)
      total += Math.exp(ways + count * Math.log(chance) + (trials - count) * Math.log1p(-chance))
    }
    return total
  }
  return {
    low: seen === 0 ? 0 : whereAt(outside, (chance) => between(seen, trials, chance)),
    high: seen === trials ? 1 : whereAt(-outside, (chance) => -between(0, seen, chance))
  }
}
