/**
 * Whether a night can find anything: with too few seeds beside so many comparisons no difference, however large, is beyond
 * chance.
 */
import * as Figure from "../report/Figure.ts"
import type { Baseline } from "./Baseline.ts"
import * as Comparison from "./Comparison.ts"
import * as Metric from "./Metric.ts"
import * as Combinations from "./statistics/Combinations.ts"

/** One arm that a night is to compare, at so many seeds. */
export interface Arm {
  readonly experiment: string
  readonly arm: string
  readonly seeds: number
  readonly baseline: Baseline
}

/** An arm whose samples are too few, with what they can come to, and how many seeds would do; null for no number. */
export interface Short {
  readonly experiment: string
  readonly arm: string
  readonly seeds: number
  readonly samples: number
  /** The least p, before and after the correction. */
  readonly least: number
  readonly corrected: number
  readonly enough: number | null
}

/** Why a night is refused. */
export interface Refusal {
  readonly comparisons: number
  /** So many comparisons would be few enough for every arm. */
  readonly most: number
  readonly short: ReadonlyArray<Short>
}

/** Counts the figures that a baseline is compared by. */
export const comparisonsOf = ({ samples }: Baseline): number =>
  Metric.names.filter((name) => Comparison.figuresOf(samples, name).size > 0).length

const mostSeeds = 100

const enough = (samples: number, comparisons: number): number | null => {
  for (let seeds = 1; seeds <= mostSeeds; seeds++) {
    if (Combinations.leastP(seeds, samples) * comparisons <= Comparison.level) return seeds
  }
  return null
}

/** Finds the arms of a night that could come to no verdict; null where there are none. */
export const refuse = (arms: ReadonlyArray<Arm>): Refusal | null => {
  const comparisons = arms.reduce((total, { baseline }) => total + comparisonsOf(baseline), 0)
  const leastOf = ({ baseline, seeds }: Arm): number => Combinations.leastP(seeds, baseline.samples.length)
  const short = arms.filter((arm) => leastOf(arm) * comparisons > Comparison.level).map((found): Short => {
    const { arm, baseline: { samples }, experiment, seeds } = found
    const least = leastOf(found)
    return {
      experiment,
      arm,
      seeds,
      samples: samples.length,
      least,
      corrected: Math.min(1, least * comparisons),
      enough: enough(samples.length, comparisons)
    }
  })
  const most = Math.floor(Comparison.level / Math.max(...arms.map(leastOf)))
  return short.length === 0 ? null : { comparisons, most, short }
}

/** Says a refusal in words: the numbers, and what would do. */
export const explain = ({ comparisons, most, short }: Refusal): string =>
  [
    `this night could find nothing: it makes ${Figure.plural(comparisons, "comparison")}, of which one false alarm in `
    + `${Math.round(1 / Comparison.level)} nights is allowed`,
    ...short.map(({ arm, corrected, enough, experiment, least, samples, seeds }) =>
      `  ${experiment}, ${arm}: ${Figure.plural(seeds, "seed")} against a baseline of ${samples} come to p `
      + `${Figure.measured(least)} at best, ${Figure.measured(corrected)} after the correction; `
      + (enough === null ? "no number of seeds would do: accept a larger baseline" : `${Figure.plural(enough, "seed")} would do`)
    ),
    most === 0
      ? "With so few samples not even one comparison can be made"
      : `With these seeds ${Figure.plural(most, "comparison")} can be made in one night: name fewer experiments, or split it`
  ].join("\n")
