/**
 * How a series of figures goes, told so that single odd ones change nothing.
 */
import { Ascending, medianOf } from "../optim/Ascending.ts"

/** A window takes a twentieth of the series, between these. */
const narrowest = 11
const widest = 51

/** A figure from so many times the running median on is a spike. */
export const spikeFactor = 10

/** How many neighbours a figure has on each side. */
const besides = (count: number): number => {
  const wide = Math.min(widest, Math.max(narrowest, Math.floor(count / 20)))
  return Math.floor(wide / 2)
}

/** Reads something off each figure and its neighbours on both sides, in ascending order; there are fewer at the ends. */
const along = (values: ReadonlyArray<number>, read: (ascending: Float64Array) => number): ReadonlyArray<number> => {
  const beside = besides(values.length)
  const window = new Ascending(2 * beside + 2)
  for (const value of values.slice(0, beside)) window.insert(value)
  return values.map((_, index) => {
    const next = values[index + beside]
    if (next !== undefined) window.insert(next)
    const past = values[index - beside - 1]
    if (past !== undefined) window.remove(past)
    return read(window.values)
  })
}

/** Finds the median of each figure and its neighbours. */
export const runningMedians = (values: ReadonlyArray<number>): ReadonlyArray<number> => along(values, medianOf)

/** The middle between the quartiles: where figures jump between two values, a median is one of them. */
const middleOf = (ascending: Float64Array): number => {
  const last = ascending.length - 1
  return ((ascending[Math.floor(last / 4)] ?? NaN) + (ascending[Math.ceil((3 * last) / 4)] ?? NaN)) / 2
}

/** Finds the median of figures in any order; NaN where there is none. */
export const median = (values: ReadonlyArray<number>): number => medianOf(Float64Array.from(values).toSorted())

/**
 * Measures how far a series swings about its course: half of the figures are farther off the middle of those around than
 * the share of it that is returned. A trend does not count, and neither do spikes; 0 for a series that stands still.
 */
export const swing = (values: ReadonlyArray<number>): number => {
  const middles = along(values, middleOf)
  const shares = values.map((value, index) => {
    const middle = middles[index] ?? NaN
    return value === middle ? 0 : Math.abs(value - middle) / middle
  })
  return values.length === 0 ? 0 : median(shares)
}

/** Lists the places of spikes: figures of at least 10 times their running median. */
export const spikes = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const medians = runningMedians(values)
  return values.flatMap((value, index) => value >= spikeFactor * (medians[index] ?? Infinity) && value > 0 ? [index] : [])
}

/** Where a series has come to, and how. */
export interface Settling {
  /** The place from which on the running median stays within twice the level. */
  readonly from: number
  /** The median of the second half. */
  readonly level: number
  /** The highest running median before `from`; the level where there is none. */
  readonly peak: number
}

/** Finds from where on a series stays about the level of its second half. */
export const settling = (values: ReadonlyArray<number>): Settling => {
  const medians = runningMedians(values)
  const level = median(values.slice(Math.floor(values.length / 2)))
  const from = medians.findLastIndex((value) => value > 2 * level) + 1
  return { from, level, peak: medians.slice(0, from).reduce((most, value) => Math.max(most, value), level) }
}
