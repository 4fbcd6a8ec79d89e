/**
 * A night's results against the baselines: the document that says what became of every arm.
 */
import * as Figure from "../report/Figure.ts"
import * as Baseline from "./Baseline.ts"
import * as Comparison from "./Comparison.ts"
import type { Measured, Sample } from "./Measured.ts"
import * as Metric from "./Metric.ts"
import * as Prefix from "./Prefix.ts"
import * as Holm from "./statistics/Holm.ts"

/** What a night has made of one arm. `repeat` has the runs that were made once more; empty where none were. */
export interface ArmResult {
  readonly experiment: string
  readonly arm: string
  readonly runs: ReadonlyArray<Measured>
  readonly repeat: ReadonlyArray<Measured>
}

/** Samples counted on both sides. */
interface Counts {
  readonly baseline: number
  readonly observed: number
}

/**
 * One comparison. `metric` is null where the arm as a whole is spoken of, and "losses" for the first losses of a training.
 * `baseline` and `observed` are medians; `p` is corrected for all comparisons of the night. What was not computed is null.
 */
export interface Row {
  readonly experiment: string
  readonly arm: string
  readonly engine: string | null
  readonly hardware: string | null
  readonly metric: Metric.Name | "losses" | null
  readonly baseline: number | null
  readonly observed: number | null
  readonly samples: Counts
  readonly shift: { readonly shift: number; readonly low: number; readonly high: number } | null
  readonly floor: number | null
  readonly test: Comparison.Test | "bit-equal" | null
  readonly p: number | null
  readonly verdict: Comparison.Verdict
  /** Whether a repeat of the same seeds has to decide. */
  readonly unconfirmed: boolean
  readonly reason: string
}

export interface Document {
  readonly format: "ballast.nightly/1"
  readonly comparisons: ReadonlyArray<Row>
  readonly verdict: Comparison.Verdict
}

export interface Input {
  /** Of all experiments of the night. */
  readonly baselines: ReadonlyArray<Baseline.Document>
  /** One for each arm that was to run, also where nothing came of it. */
  readonly arms: ReadonlyArray<ArmResult>
  /** Those of them whose runs have not all ended. */
  readonly unended?: ReadonlyArray<Pick<Row, "experiment" | "arm">>
}

/** The gravest first: the verdict of a night is the first of these that one of its comparisons has. */
export const gravity: ReadonlyArray<Comparison.Verdict> = [
  "regressed",
  "missing",
  "flaky",
  "changed",
  "undecided",
  "new",
  "better",
  "same"
]

type Place = Pick<Measured, "arm" | "engine" | "hardware">

/** An arm on one engine and one class of hardware, before all are judged together. */
interface Pair {
  readonly experiment: string
  readonly place: Place
  readonly baseline: Baseline.Baseline
  readonly runs: ReadonlyArray<Measured>
  readonly repeat: ReadonlyArray<Measured>
}

const samplesOf = (runs: ReadonlyArray<Measured>): ReadonlyArray<Sample> => runs.map(({ sample }) => sample)

const ofArm = (
  { arm, experiment }: Pick<Row, "experiment" | "arm">,
  place: Place | null,
  { reason, samples, verdict }: Pick<Row, "verdict" | "reason" | "samples">
): Row => ({
  experiment,
  arm,
  engine: place?.engine ?? null,
  hardware: place?.hardware ?? null,
  metric: null,
  baseline: null,
  observed: null,
  samples,
  shift: null,
  floor: null,
  test: null,
  p: null,
  verdict,
  unconfirmed: false,
  reason
})

const missing = (asked: Pick<Row, "experiment" | "arm">, place: Place | null, baseline: number, reason: string): Row =>
  ofArm(asked, place, { verdict: "missing", samples: { baseline, observed: 0 }, reason })

const groups = (runs: ReadonlyArray<Measured>): ReadonlyArray<ReadonlyArray<Measured>> =>
  [...Map.groupBy(runs, ({ engine, hardware, training, data }) => JSON.stringify([engine, hardware, training, data])).values()]

/** Finds the baseline of runs of one kind, or says what there is instead. */
const matched = (
  { arm, experiment, repeat }: ArmResult,
  runs: ReadonlyArray<Measured>,
  baselines: ReadonlyArray<Baseline.Baseline>
): Pair | Row | null => {
  const [first] = runs
  if (first === undefined) return null
  const asked = { experiment, arm }
  const here = baselines.find((baseline) => Baseline.samePlace(baseline, first))
  if (here === undefined) {
    const elsewhere = baselines.map(({ engine, hardware }) => `${engine} on ${hardware}`).join(", ")
    return ofArm(asked, first, {
      verdict: "new",
      samples: { baseline: 0, observed: runs.length },
      reason: elsewhere === "" ? "there is no baseline" : `there is no baseline of ${first.engine} on ${first.hardware}, only of ${elsewhere}`
    })
  }
  if (!Baseline.sameTraining(here, first)) {
    const what = here.training === first.training ? "the data is" : here.data === first.data ? "the training is" : "training and data are"
    return ofArm(asked, first, {
      verdict: "changed",
      samples: { baseline: here.samples.length, observed: runs.length },
      reason: `${what} no more what the baseline was made with: accept a new one`
    })
  }
  const seeds = new Set(runs.map(({ sample: { seed } }) => seed))
  const again = repeat.filter((run) =>
    Baseline.samePlace(run, first) && Baseline.sameTraining(run, first) && seeds.has(run.sample.seed)
  )
  return { experiment, place: first, baseline: here, runs, repeat: again }
}

const isPair = (found: Pair | Row): found is Pair => "runs" in found

/** Finds what each arm is compared with; the rows say of the others why they are not. */
const paired = ({ arms, baselines, unended = [] }: Input): ReadonlyArray<Pair | Row> => [
  ...arms.flatMap((result): ReadonlyArray<Pair | Row> => {
    const ofExperiment = baselines.find(({ experiment }) => experiment === result.experiment)?.baselines ?? []
    const own = ofExperiment.filter(({ arm }) => arm === result.arm)
    if (unended.some(({ arm, experiment }) => experiment === result.experiment && arm === result.arm)) {
      const samples = { baseline: own[0]?.samples.length ?? 0, observed: result.runs.length }
      return [ofArm(result, own[0] ?? null, { verdict: "undecided", samples, reason: "its runs have not all ended" })]
    }
    return result.runs.length === 0
      ? [missing(result, own[0] ?? null, own[0]?.samples.length ?? 0, "the night has no run of it that counts")]
      : groups(result.runs).flatMap((runs) => matched(result, runs, own) ?? [])
  }),
  ...baselines.flatMap(({ baselines, experiment }) =>
    baselines.filter(({ arm }) => !arms.some((result) => result.experiment === experiment && result.arm === arm))
      .map((baseline) =>
        missing({ experiment, arm: baseline.arm }, baseline, baseline.samples.length, "there is a baseline of it, and no such arm ran")
      )
  )
]

const placed = ({ experiment, place: { arm, engine, hardware } }: Pair) => ({ experiment, arm, engine, hardware })

const prefixRow = (pair: Pair): ReadonlyArray<Row> => {
  const comparable = pair.runs.every(({ version }) => version === pair.baseline.version)
  const prefix = comparable ? Prefix.compare(pair.baseline.samples, samplesOf(pair.runs)) : null
  if (prefix === null) return []
  const { difference, losses, seeds } = prefix
  const of = `the first ${losses} losses of ${Figure.plural(seeds, "seed")}`
  return [{
    ...placed(pair),
    metric: "losses",
    baseline: difference?.baseline ?? null,
    observed: difference?.observed ?? null,
    samples: { baseline: pair.baseline.samples.length, observed: pair.runs.length },
    shift: null,
    floor: null,
    test: "bit-equal",
    p: null,
    verdict: difference === null ? "same" : "changed",
    unconfirmed: false,
    reason: difference === null
      ? `${of} are equal to the bit`
      : `of ${of}, seed ${difference.seed} has another one at step ${difference.step}: the same training is computed otherwise`
  }]
}

/** Speed belongs to a processor, of which a class has many. */
const otherProcessor = ({ baseline, runs }: Pair): string | null =>
  runs.find(({ processor }) => processor !== baseline.processor)?.processor ?? null

interface Open {
  readonly pair: Pair
  readonly metric: Metric.Metric
  readonly comparison: Comparison.Comparison | null
}

const opened = (pair: Pair): ReadonlyArray<Open> =>
  Metric.metrics.filter(({ name }) => Comparison.figuresOf(pair.baseline.samples, name).size > 0)
    .map((metric) => ({
      pair,
      metric,
      comparison: metric.kind === "speed" && otherProcessor(pair) !== null
        ? null
        : Comparison.compare(metric, pair.baseline.samples, samplesOf(pair.runs))
    }))

const undecided = ({ metric, pair }: Open): Row => {
  const figures = [...Comparison.figuresOf(pair.baseline.samples, metric.name).values()]
  const processor = metric.kind === "speed" ? otherProcessor(pair) : null
  return {
    ...placed(pair),
    metric: metric.name,
    baseline: Comparison.median(figures),
    observed: null,
    samples: { baseline: figures.length, observed: 0 },
    shift: null,
    floor: null,
    test: null,
    p: null,
    verdict: "undecided",
    unconfirmed: false,
    reason: processor === null
      ? "no run of the night has a figure of it"
      : `it ran on ${processor}, the baseline on ${pair.baseline.processor}`
  }
}

const metricRow = (
  { metric, pair }: Open,
  comparison: Comparison.Comparison,
  corrected: Comparison.Corrected
): Row => {
  const repeat = metric.kind === "speed" ? pair.repeat.filter(({ processor }) => processor === pair.baseline.processor) : pair.repeat
  return {
    ...placed(pair),
    metric: metric.name,
    baseline: Comparison.median(comparison.baseline),
    observed: Comparison.median(comparison.observed),
    samples: { baseline: comparison.baseline.length, observed: comparison.observed.length },
    shift: comparison.shift,
    floor: comparison.floor,
    test: comparison.test,
    ...Comparison.judge(comparison, corrected, Comparison.compare(metric, pair.baseline.samples, samplesOf(repeat)))
  }
}

/** Judges a night. */
export const judge = (input: Input): Document => {
  const found = paired(input)
  const pairs = found.filter(isPair)
  const open = pairs.flatMap(opened)
  const made = open.flatMap((one) => one.comparison === null ? [] : [{ one, comparison: one.comparison }])
  const worse = Holm.corrected(made.map(({ comparison }) => comparison.worse))
  const better = Holm.corrected(made.map(({ comparison }) => comparison.better))
  const rows = new Map(made.map(({ comparison, one }, place) => [
    one,
    metricRow(one, comparison, { worse: worse[place] ?? 1, better: better[place] ?? 1, together: made.length })
  ]))
  const comparisons = found.flatMap((one): ReadonlyArray<Row> =>
    isPair(one)
      ? [...prefixRow(one), ...open.filter(({ pair }) => pair === one).map((metric) => rows.get(metric) ?? undecided(metric))]
      : [one]
  )
  const verdict = gravity.find((grave) => comparisons.some((row) => row.verdict === grave)) ?? "same"
  return { format: "ballast.nightly/1", comparisons, verdict }
}

/** Lists the arms that a repeat of the same seeds has to decide on, each once. */
export const toRepeat = ({ comparisons }: Document): ReadonlyArray<Pick<Row, "experiment" | "arm">> => {
  const waiting = comparisons.filter(({ unconfirmed }) => unconfirmed).map(({ arm, experiment }) => ({ experiment, arm }))
  return [...new Map(waiting.map((one) => [JSON.stringify([one.experiment, one.arm]), one])).values()]
}
