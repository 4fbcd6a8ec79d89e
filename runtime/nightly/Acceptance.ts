/**
 * Recorded runs as the baselines of nights to come, where a person vouches for them.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Figure from "../report/Figure.ts"
import * as Expectations from "../run/Expectations.ts"
import type { Request } from "../run/Store.ts"
import type { RunRecord } from "../run/store/Listing.ts"
import * as Baseline from "./Baseline.ts"
import * as Comparison from "./Comparison.ts"
import * as Measured from "./Measured.ts"
import * as Metric from "./Metric.ts"

/** Runs cannot become a baseline; `issues` says of each why. */
export class BaselineRefused extends Schema.TaggedError<BaselineRefused>()("BaselineRefused", {
  message: Schema.String,
  issues: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

/** A run that somebody names, and what it was launched with: an injection, null for none, and what was expected of it. */
export interface Named extends Pick<Request, "injection" | "expect"> {
  readonly run: RunRecord
}

/** Who accepts it, why, and when: a moment in UTC as ISO 8601. */
export type Terms = Pick<Baseline.Baseline["accepted"], "at" | "by" | "reason">

interface Issue {
  readonly path: string
  readonly message: string
}

const isExpected = ({ expect, run: { result } }: Named): boolean => result !== null && Expectations.expectsFailure(expect, result)

const refusedOf = (named: Named, read: ReturnType<typeof Measured.read>): string | null => {
  const { injection, run } = named
  if (injection !== null) return `it was made with --inject ${injection}`
  if (run.result?.remedied) return "a remedy has changed what it trains"
  if (run.status === "failed" && !isExpected(named)) return "it failed, and nothing expects that"
  return Measured.isMeasured(read) ? null : read.reason
}

/** What all runs of one baseline have in common, with the words for it. */
const common: ReadonlyArray<readonly [words: string, of: (run: Measured.Measured) => string | null]> = [
  ["train the same", ({ training }) => training],
  ["are of the same data", ({ data }) => data],
  ["come from one commit", ({ commit }) => commit],
  ["come from the same uncommitted changes", ({ dirty }) => dirty],
  ["are of one version of Ballast", ({ ballast }) => ballast],
  ["are of one version of the engine", ({ version }) => version],
  ["ran on one kind of processor", ({ processor }) => processor]
]

const disagreements = (runs: ReadonlyArray<Measured.Measured>): ReadonlyArray<string> => {
  const apart = common.flatMap(([words, of]) => {
    const [first] = runs
    const other = first === undefined ? undefined : runs.find((run) => of(run) !== of(first))
    return first === undefined || other === undefined ? [] : [`runs of one baseline ${words}; ${first.sample.run} and ${other.sample.run} do not`]
  })
  const twice = [...Map.groupBy(runs, ({ sample: { seed } }) => seed)].flatMap(([seed, same]) =>
    same.length < 2 ? [] : [`seed ${seed} is there ${same.length} times: ${same.map(({ sample: { run } }) => run).join(", ")}`]
  )
  const many = runs.length > Baseline.mostSamples ? [`${runs.length} runs are more than the ${Baseline.mostSamples} that a baseline holds`] : []
  return [...apart, ...twice, ...many]
}

/**
 * Of an arm that fails as is expected, what the few runs have that stayed upright is too little to compare with, and where
 * none did nothing tells which measure of quality it would have besides its loss.
 */
const figuresOf = (runs: ReadonlyArray<Measured.Measured>): ReadonlyArray<Measured.Sample> => {
  const samples = runs.map(({ sample }) => sample)
  const told = Metric.names.filter((name) => {
    const figures = [...Comparison.figuresOf(samples, name).values()]
    return figures.length === samples.length && (name === "loss" || figures.some(Number.isFinite))
  })
  return samples.map(({ metrics, ...sample }) => ({
    ...sample,
    metrics: Object.fromEntries(told.flatMap((name) => metrics[name] === undefined ? [] : [[name, metrics[name]]]))
  }))
}

const baselineOf = (runs: readonly [Measured.Measured, ...ReadonlyArray<Measured.Measured>], terms: Terms): Baseline.Baseline => {
  const [{ arm, ballast, commit, data, dirty, engine, hardware, processor, training, version }] = runs
  return {
    arm,
    engine,
    hardware,
    training,
    data,
    version,
    processor,
    accepted: { ...terms, commit, dirty, ballast },
    samples: figuresOf(runs)
  }
}

/** Baselines of one experiment that runs come to. */
export interface Made {
  readonly experiment: string
  readonly baselines: ReadonlyArray<Baseline.Baseline>
}

/**
 * Makes baselines of runs: those of one arm, engine and class of hardware make one. Fails with BaselineRefused, which says
 * of everything at once why it cannot be one: failed unexpectedly, cut short, remedied, injected, or not of one kind.
 */
export const make = Effect.fn("Acceptance.make")(function*(named: ReadonlyArray<Named>, terms: Terms) {
  const read = named.map((one) => {
    const measured = Measured.read(one.run)
    return { one, measured, refused: refusedOf(one, measured) }
  })
  const refused = read.flatMap(({ one: { run }, refused }): ReadonlyArray<Issue> =>
    refused === null ? [] : [{ path: `${run.id} (${run.arm}, seed ${run.seed})`, message: refused }]
  )
  const runs = read.flatMap(({ measured }) => Measured.isMeasured(measured) ? [measured] : [])
  const places = Map.groupBy(runs, ({ arm, engine, experiment, hardware }) => JSON.stringify([experiment, arm, engine, hardware]))
  const apart = [...places.values()].flatMap((same): ReadonlyArray<Issue> =>
    disagreements(same).map((message) => ({ path: `${same[0]?.experiment}, ${same[0]?.arm}`, message }))
  )
  const issues = [...refused, ...apart]
  if (issues.length > 0) {
    return yield* new BaselineRefused({
      message: [
        `no baseline can be made of ${Figure.plural(named.length, "run")} as they are`,
        ...issues.map(({ message, path }) => `  ${path}: ${message}`),
        "Name the runs that can, or narrow a launch with --arm"
      ].join("\n"),
      issues
    })
  }
  const made = [...places.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ experiment: first.experiment, baseline: baselineOf([first, ...others], terms) }]
  )
  return [...Map.groupBy(made, ({ experiment }) => experiment)].map(([experiment, own]): Made => ({
    experiment,
    baselines: own.map(({ baseline }) => baseline)
  }))
})
