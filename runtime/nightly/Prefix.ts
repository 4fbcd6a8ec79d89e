/**
 * Whether a training computes what it computed before: on a CPU the same seed gives the same first losses, to the bit.
 */
import type { Sample } from "./Measured.ts"

/** Where the first loss is that differs. */
export interface Difference {
  readonly seed: number
  readonly step: number
  readonly baseline: number
  readonly observed: number
}

/** How many seeds and losses could be compared, and the first that differs; null for none. */
export interface Prefix {
  readonly seeds: number
  readonly losses: number
  readonly difference: Difference | null
}

const differenceOf = (baseline: Sample, observed: Sample, length: number): Difference | null => {
  for (let step = 0; step < length; step++) {
    const [before, now] = [baseline.losses[step] ?? NaN, observed.losses[step] ?? NaN]
    if (!Object.is(before, now)) return { seed: observed.seed, step, baseline: before, observed: now }
  }
  return null
}

/** Compares the first losses of the seeds that both have; null where no loss can be compared. */
export const compare = (baseline: ReadonlyArray<Sample>, observed: ReadonlyArray<Sample>): Prefix | null => {
  const before = new Map(baseline.map((sample) => [sample.seed, sample]))
  const pairs = observed.flatMap((sample) => {
    const same = before.get(sample.seed)
    const length = Math.min(same?.losses.length ?? 0, sample.losses.length)
    return same === undefined || length === 0 ? [] : [{ baseline: same, observed: sample, length }]
  })
  return pairs.length === 0 ? null : {
    seeds: pairs.length,
    losses: Math.min(...pairs.map(({ length }) => length)),
    difference: pairs.map((pair) => differenceOf(pair.baseline, pair.observed, pair.length)).find((found) => found !== null) ?? null
  }
}
