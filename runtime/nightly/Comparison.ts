/**
 * One figure of a night against its baseline: an exact test, and whether the difference is one that matters.
 */
import * as Figure from "../report/Figure.ts"
import type { Sample } from "./Measured.ts"
import * as Metric from "./Metric.ts"
import * as Combinations from "./statistics/Combinations.ts"
import * as HodgesLehmann from "./statistics/HodgesLehmann.ts"
import * as MannWhitney from "./statistics/MannWhitney.ts"
import * as MeansTest from "./statistics/MeansTest.ts"
import type { Sides } from "./statistics/Sides.ts"

export type Verdict = "better" | "same" | "regressed" | "changed" | "flaky" | "missing" | "new" | "undecided"

/** `equal` is no test: every seed came to its own figure of the baseline, to the bit. */
export type Test = "means" | "mann-whitney" | "equal"

/** What a figure's samples say, before what else was compared that night is known. */
export interface Comparison {
  readonly metric: Metric.Metric
  readonly baseline: ReadonlyArray<number>
  readonly observed: ReadonlyArray<number>
  readonly test: Test
  /** How likely such a difference, or a larger one, is by chance: that it got worse, and that it got better. */
  readonly worse: number
  readonly better: number
  /** By how much the night lies above the baseline, with its interval; null where a figure is infinite. */
  readonly shift: HodgesLehmann.Shift | null
  /** By how much it is worse, and how much of that matters. */
  readonly loss: number
  readonly floor: number
  /** The least p that so many samples can come to. */
  readonly least: number
}

/** A figure's verdict beside all others of the night; `p` is the corrected one of the side that the verdict speaks of. */
export interface Judged {
  readonly verdict: Verdict
  readonly p: number
  /** Whether a repeat of the same seeds has to decide. */
  readonly unconfirmed: boolean
  /** In a person's words. */
  readonly reason: string
}

/** The chance of one false alarm in a whole night. */
export const level = 0.05

const confidence = 0.95

/** Finds the median, also of infinite values. */
export const median = (values: ReadonlyArray<number>): number => {
  const ascending = values.toSorted((left, right) => left < right ? -1 : left > right ? 1 : 0)
  const [low, high] = [ascending[Math.ceil(ascending.length / 2) - 1] ?? NaN, ascending[Math.floor(ascending.length / 2)] ?? NaN]
  return low === high ? low : (low + high) / 2
}

/** Lists a metric's figures, by seed. */
export const figuresOf = (samples: ReadonlyArray<Sample>, name: Metric.Name): ReadonlyMap<number, number> =>
  new Map(samples.flatMap(({ metrics, seed }) => {
    const value = metrics[name]
    return value === undefined ? [] : [[seed, value]]
  }))

/** Both tests keep their level: which of them is taken depends on the values as a whole, not on whose they are. */
const tested = (observed: ReadonlyArray<number>, baseline: ReadonlyArray<number>): Sides & { readonly test: Test } =>
  MeansTest.applies(observed, baseline)
    ? { test: "means", ...MeansTest.test(observed, baseline) }
    : { test: "mann-whitney", ...MannWhitney.test(observed, baseline) }

const difference = (observed: ReadonlyArray<number>, baseline: ReadonlyArray<number>): number => {
  const [now, before] = [median(observed), median(baseline)]
  return now === before ? 0 : now - before
}

/** Compares a metric over seeds; null where one of both has no figure of it. */
export const compare = (
  metric: Metric.Metric,
  baselineSamples: ReadonlyArray<Sample>,
  observedSamples: ReadonlyArray<Sample>
): Comparison | null => {
  const [before, now] = [figuresOf(baselineSamples, metric.name), figuresOf(observedSamples, metric.name)]
  const [baseline, observed] = [[...before.values()], [...now.values()]]
  if (baseline.length === 0 || observed.length === 0) return null
  const shift = HodgesLehmann.estimate(observed, baseline, confidence)
  const above = shift?.shift ?? difference(observed, baseline)
  const equal = [...now].every(([seed, value]) => Object.is(before.get(seed), value))
  const sides = equal ? { test: "equal", less: 1, greater: 1 } as const : tested(observed, baseline)
  const higher = metric.better === "higher"
  return {
    metric,
    baseline,
    observed,
    test: sides.test,
    worse: higher ? sides.less : sides.greater,
    better: higher ? sides.greater : sides.less,
    shift,
    loss: higher ? -above : above,
    floor: Metric.floorAt(metric, median(baseline)),
    least: Combinations.leastP(observed.length, baseline.length)
  }
}

/** Tells whether a comparison by itself is worse, beyond chance and by as much as matters. */
export const isWorse = ({ floor, loss, worse }: Comparison): boolean => worse <= level && loss >= floor

/** What is corrected of all comparisons of the night, for one of them. */
export interface Corrected {
  readonly worse: number
  readonly better: number
  /** How many were compared together. */
  readonly together: number
}

const far = (loss: number, metric: Metric.Metric): string =>
  `${Metric.apart(metric.name, Math.abs(loss))} ${(metric.better === "higher") === loss > 0 ? "lower" : "higher"}`

const decided = { unconfirmed: false } as const

const regressedOf = (
  { loss, metric }: Comparison,
  p: number,
  repeat: Comparison | null
): Judged => {
  const seen = `it is ${far(loss, metric)}, p ${Figure.measured(p)}`
  if (repeat === null) {
    return { verdict: "undecided", p, unconfirmed: true, reason: `${seen}: a repeat of the same seeds has to show it, too` }
  }
  return isWorse(repeat)
    ? { ...decided, verdict: "regressed", p, reason: `${seen}, and a repeat of the same seeds shows it, too` }
    : { ...decided, verdict: "flaky", p, reason: `${seen}, which a repeat of the same seeds at the same commit does not show` }
}

/**
 * Decides on a comparison. A regression has to be larger than chance beside all that was compared that night, as large as
 * matters, and there again in `repeat`, the same seeds at the same commit; null where that was not made yet.
 */
export const judge = (comparison: Comparison, { better, together, worse }: Corrected, repeat: Comparison | null): Judged => {
  const { baseline, floor, least, loss, metric, observed, test } = comparison
  if (test === "equal") return { ...decided, verdict: "same", p: 1, reason: "every seed came to its figure of the baseline, to the bit" }
  if (worse <= level && loss >= floor) return regressedOf(comparison, worse, repeat)
  if (better <= level && -loss >= floor) {
    return { ...decided, verdict: "better", p: better, reason: `it is ${far(loss, metric)}, p ${Figure.measured(better)}` }
  }
  if (least * together > level) {
    return {
      ...decided,
      verdict: "undecided",
      p: worse,
      reason: `${Figure.plural(observed.length, "run")} against ${baseline.length} come to p ${Figure.measured(least)} at best, `
        + `which ${together} comparisons make ${Figure.measured(Math.min(1, least * together))}`
    }
  }
  if (worse <= level || better <= level) {
    const said = worse <= level ? worse : better
    return { ...decided, verdict: "same", p: said, reason: `the difference is below ${Metric.apart(metric.name, floor)}, which does not matter` }
  }
  return { ...decided, verdict: "same", p: worse, reason: "chance alone makes such a difference" }
}
