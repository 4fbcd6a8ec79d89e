/**
 * In how many ways some of a number of things can be chosen.
 */

/** Counts the ways to choose `chosen` of `count` things; exact as far as doubles count by ones. */
export const choose = (count: number, chosen: number): number => {
  const fewer = Math.min(chosen, count - chosen)
  if (fewer < 0) return 0
  let ways = 1
  for (let taken = 1; taken <= fewer; taken++) ways = ways * (count - fewer + taken) / taken
  return Math.round(ways)
}

/** Computes the least p that a one-sided exact test of two samples of these sizes can come to. */
export const leastP = (first: number, second: number): number => 1 / choose(first + second, first)
