/**
 * How the gradient went before a fault.
 */
import { medianOf } from "../optim/Ascending.ts"
import * as Words from "../plan/rules/Words.ts"
import type { Before } from "./Evidence.ts"

/** The norms count as grown from this ratio on. */
const far = 10
/** The share of the steps before a fault, the last ones, that is held against the others. */
const latest = 1 / 5

const median = (values: ReadonlyArray<number>): number => medianOf(values.toSorted((left, right) => left - right))

/** The norms of the steps before a fault; `ratio` is what they grew by. */
export interface Growth {
  readonly first: number
  readonly last: number
  readonly highest: number
  /** Of the earlier steps. */
  readonly median: number
  readonly ratio: number
  readonly grown: boolean
}

/**
 * Measures how the norms grew: the last one, or the median of the last fifth, over the median of those before. A spike
 * that has come down again is no growth. Null where fewer than two of the steps have a finite norm.
 */
export const of = (steps: ReadonlyArray<Before>): Growth | null => {
  const norms = steps.map(({ gradNorm }) => gradNorm).filter(Number.isFinite)
  const [first, last] = [norms[0], norms.at(-1)]
  if (norms.length < 2 || first === undefined || last === undefined) return null
  const from = norms.length - Math.max(1, Math.floor(norms.length * latest))
  const before = median(norms.slice(0, from))
  const ratio = Math.max(last, median(norms.slice(from))) / before
  return { first, last, highest: Math.max(...norms), median: before, ratio, grown: ratio >= far }
}

const ratesOf = (steps: ReadonlyArray<Before>): string => {
  const [first, last] = [steps[0]?.learningRate ?? NaN, steps.at(-1)?.learningRate ?? NaN].map(Words.figure)
  return first === last ? `at a learning rate of ${last}` : `as the learning rate went from ${first} to ${last}`
}

/** Says in a sentence how norms and learning rates went in the steps before a fault. */
export const say = (steps: ReadonlyArray<Before>): string => {
  const growth = of(steps)
  if (growth === null) return "Too few steps went before it to say how the gradient went."
  const { figure } = Words
  const { first, grown, highest, last, median, ratio } = growth
  const course = grown
    ? `grew from ${figure(first)} to ${figure(last)}, ${figure(ratio)} times its median before`
    : `stayed about ${figure(median)}, at most ${figure(highest)}`
  const clipped = steps.filter(({ clipped }) => clipped).length
  const share = clipped === 0 ? "none of them was" : `${clipped === steps.length ? "all" : clipped} of them were`
  return `Over the ${steps.length} steps before, the gradient norm ${course}, ${ratesOf(steps)}; ${share} clipped.`
}
