/**
 * The Mann-Whitney U test, exact also where values are equal: the distribution is that of all divisions of the values that
 * are there, by their ranks. Infinite values are ranked like any other.
 */
import * as Sides from "./Sides.ts"

/** Ranks values from 1, equal ones by the mean of their ranks, doubled so that every rank is a whole number. */
const doubledRanks = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const ascending = values.toSorted((left, right) => left < right ? -1 : left > right ? 1 : 0)
  const ranks = new Map<number, number>()
  for (let begin = 0, end = 0; begin < ascending.length; begin = end) {
    const value = ascending[begin] ?? NaN
    while (ascending[end] === value) end++
    ranks.set(value, begin + 1 + end)
  }
  return values.map((value) => ranks.get(value) ?? NaN)
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** Counts how many choices of `size` of the ranks come to each sum. */
const choicesBySum = (ranks: ReadonlyArray<number>, size: number): Float64Array => {
  const most = sum(ranks.toSorted((left, right) => right - left).slice(0, size))
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1))
  ways[0]?.fill(1, 0, 1)
  for (const rank of ranks) {
    for (let chosen = size; chosen > 0; chosen--) {
      const [without, into] = [ways[chosen - 1], ways[chosen]]
      if (without === undefined || into === undefined) continue
      for (let total = rank; total <= most; total++) into[total] = (into[total] ?? 0) + (without[total - rank] ?? 0)
    }
  }
  return ways[size] ?? new Float64Array()
}

/** A test's p, and U: how many pairs have the greater value in the first sample, those of equals counted half. */
export interface Test extends Sides.Sides {
  readonly statistic: number
}

/** Tests whether one sample lies lower or higher than another. Throws a RangeError for NaN and for an empty sample. */
export const test = (first: ReadonlyArray<number>, second: ReadonlyArray<number>): Test => {
  Sides.ordered(first, second)
  const ranks = doubledRanks([...first, ...second])
  const seen = sum(ranks.slice(0, first.length))
  const ways = choicesBySum(ranks, first.length)
  const all = ways.reduce((total, count) => total + count, 0)
  const less = ways.subarray(0, seen + 1).reduce((total, count) => total + count, 0) / all
  const greater = ways.subarray(seen).reduce((total, count) => total + count, 0) / all
  return { statistic: (seen - first.length * (first.length + 1)) / 2, ...Sides.of(less, greater) }
}

/** Computes, for U = 0, 1, …, how likely a U of at most that is where both samples are of one kind and no values are equal. */
export const cumulative = (first: number, second: number): ReadonlyArray<number> => {
  const ways = choicesBySum(Array.from({ length: first + second }, (_, index) => index + 1), first)
  const all = ways.reduce((total, count) => total + count, 0)
  let below = 0
  return Array.from(ways.subarray(first * (first + 1) / 2), (count) => (below += count) / all)
}
