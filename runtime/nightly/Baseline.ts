/**
 * What nights are held against: figures of runs that a person has accepted, one baseline for each arm, engine and class of
 * hardware.
 */
import * as Schema from "effect/Schema"
import * as Quantity from "../../dsl/Quantity.ts"
import * as Text from "../../dsl/Text.ts"
import * as Candidate from "../engine/Candidate.ts"
import type { Key } from "./Measured.ts"
import * as Metric from "./Metric.ts"

const matching = (pattern: RegExp, expected: string) =>
  Schema.String.pipe(Schema.check(Schema.makeFilter((text: string) => pattern.test(text), { expected })))

const line = Schema.String.pipe(Schema.check(Schema.makeFilter(Text.isLine, { expected: "a text in one line" })))
const hash = matching(/^[0-9a-f]{64}$/, "a SHA-256 in 64 hexadecimal digits")
const moment = matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/, `a moment in UTC, such as "2026-01-31T03:00:00.000Z"`)

const known: ReadonlySet<string> = new Set(Metric.names)

const Figures = Schema.Record(Schema.String, Schema.Number).pipe(Schema.check(
  Schema.makeFilter((figures: object) => Object.keys(figures).every((name) => known.has(name)), {
    expected: `figures named ${Metric.names.join(", ")}`
  })
))

/** Figures of one run; numbers that JSON lacks are strings in the file. */
const Sample = Schema.Struct({
  seed: Quantity.index,
  run: line,
  losses: Schema.Array(Schema.Number),
  metrics: Figures
})

/** Who has accepted it, why and when, and the commit and the version of Ballast that the runs were made with. */
const Accepted = Schema.Struct({
  by: line,
  reason: line,
  at: moment,
  commit: Schema.NullOr(matching(/^[0-9a-f]{40}([0-9a-f]{24})?$/, "a commit's full hash")),
  /** The hash of what was changed since that commit; null for nothing. */
  dirty: Schema.NullOr(hash),
  ballast: line
})

/** The most runs of a baseline or a night: the exact tests take their time with more. */
export const mostSamples = 100

const once = <A>(of: (item: A) => string, expected: string) =>
  Schema.makeFilter((items: ReadonlyArray<A>) => new Set(items.map(of)).size === items.length, { expected })

const Samples = Schema.Array(Sample).pipe(Schema.check(
  Schema.makeFilter((samples: ReadonlyArray<unknown>) => samples.length > 0 && samples.length <= mostSamples, {
    expected: `1 to ${mostSamples} samples`
  }),
  once<{ readonly seed: number }>(({ seed }) => String(seed), "every seed once")
))

export const Baseline = Schema.Struct({
  arm: line,
  engine: Schema.Literals(Candidate.names),
  hardware: line,
  training: hash,
  data: hash,
  version: line,
  processor: line,
  accepted: Accepted,
  samples: Samples
})
export type Baseline = typeof Baseline.Type

/** Where a baseline stands: whatever it trained, there is one in each place. */
type Place = Pick<Key, "arm" | "engine" | "hardware">

const placeOf = ({ arm, engine, hardware }: Place): string => JSON.stringify([arm, engine, hardware])

/** Tells whether two are of one arm, one engine and one class of hardware. */
export const samePlace = (left: Place, right: Place): boolean => placeOf(left) === placeOf(right)

/** Tells whether two have trained the same on the same data. */
export const sameTraining = (left: Pick<Key, "data" | "training">, right: Pick<Key, "data" | "training">): boolean =>
  left.training === right.training && left.data === right.data

/** The baselines of one experiment, as they are kept in one file. */
export const Document = Schema.Struct({
  format: Schema.Literal("ballast.baselines/1"),
  experiment: Text.name,
  baselines: Schema.Array(Baseline).pipe(Schema.check(once(placeOf, "one baseline for each arm, engine and hardware")))
})
export type Document = typeof Document.Type

const inOrder = <A>(items: ReadonlyArray<A>, of: (item: A) => string): ReadonlyArray<A> =>
  items.toSorted((left, right) => of(left) < of(right) ? -1 : 1)

const figuresInOrder = (figures: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Metric.names.flatMap((name) => {
    const value = figures[name]
    return value === undefined ? [] : [[name, value]]
  }))

const samplesInOrder = (baseline: Baseline): Baseline => ({
  ...baseline,
  samples: baseline.samples.toSorted((left, right) => left.seed - right.seed).map((sample) => ({
    ...sample,
    metrics: figuresInOrder(sample.metrics)
  }))
})

/** Puts a document into the one order that it has, so that a review sees only what has changed; its schema orders the keys. */
export const ordered = (document: Document): Document => ({
  ...document,
  baselines: inOrder(document.baselines, placeOf).map(samplesInOrder)
})

/** Puts baselines into the places of those that stand there; what these have trained is past, which git keeps. */
export const replaced = (document: Document, accepted: ReadonlyArray<Baseline>): Document =>
  ordered({
    ...document,
    baselines: [
      ...document.baselines.filter((before) => !accepted.some((after) => samePlace(before, after))),
      ...accepted
    ]
  })
