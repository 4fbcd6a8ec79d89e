/**
 * Which commit made a figure worse, and which field of the recipe: believed only where the failure repeats at the bad end
 * and never at the good one.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Recipe from "../../dsl/Recipe.ts"
import type * as RecipeDiff from "../plan/RecipeDiff.ts"
import * as Figure from "../report/Figure.ts"
import * as Between from "./Between.ts"
import * as Comparison from "./Comparison.ts"
import type { Sample } from "./Measured.ts"
import * as Metric from "./Metric.ts"
import * as Mixture from "./Mixture.ts"
import type { Candidate } from "./Revisions.ts"

/** A measurement that was not made: the runs were spent, somebody stopped it, or nobody could make it. */
export class Halted extends Schema.TaggedError<Halted>()("Halted", { message: Schema.String }) {}

const isHalted = (failure: unknown): failure is Halted => failure instanceof Halted

/** What is trained, and at which commit its recipe stands; `mixed` names what is taken from the commit after. */
export interface Subject {
  readonly commit: string
  readonly recipe: Recipe.Recipe
  readonly mixed: ReadonlyArray<string>
}

/** One measurement. `median` is null where no run has the figure, `worse` where it is what others are compared with. */
export interface Measurement {
  readonly commit: string
  readonly mixed: ReadonlyArray<string>
  readonly median: number | null
  readonly worse: boolean | null
}

export interface Options<E, R> {
  readonly metric: Metric.Name
  /** At least two, each of another training than the one before; the first is good and the last is bad. */
  readonly candidates: ReadonlyArray<Candidate>
  readonly measure: (subject: Subject) => Effect.Effect<ReadonlyArray<Sample>, Halted | E, R>
  /** Names what a recipe trains; null where it cannot be planned without an error. */
  readonly trainingOf: (recipe: Recipe.Recipe) => Effect.Effect<string | null, never, R>
}

/** `flaky`: the ends do not repeat themselves; `held`: the bad one is not worse; `halted`: it did not come to an end. */
export type Verdict = "found" | "flaky" | "held" | "halted"

export interface Outcome {
  readonly verdict: Verdict
  /** In a person's words. */
  readonly reason: string
  /** The last good and the first bad commit, as far as they are known. */
  readonly good: string
  readonly bad: string
  /** Commits between these two that could not be read: any of them may be the one. */
  readonly unread: ReadonlyArray<string>
  /** What of the recipe makes it worse; empty where that was not found. */
  readonly fields: ReadonlyArray<RecipeDiff.Change>
  /** The fields without which these do not make it worse. */
  readonly together: ReadonlyArray<string>
  readonly measurements: ReadonlyArray<Measurement>
}

const metricOf = (asked: Metric.Name): Metric.Metric => {
  const found = Metric.metrics.find(({ name }) => name === asked)
  if (found === undefined) throw new RangeError(`there is no metric ${asked}`)
  return found
}

/** Measures, and keeps what was measured. */
const measuring = <E, R>({ measure, metric: name }: Options<E, R>) => {
  const metric = metricOf(name)
  const made: Array<Measurement> = []
  const take = Effect.fnUntraced(function*(subject: Subject, reference: ReadonlyArray<Sample> | null) {
    const samples = yield* measure(subject)
    const figures = [...Comparison.figuresOf(samples, name).values()]
    if (figures.length === 0) return yield* new Halted({ message: `no run at ${subject.commit.slice(0, 12)} has a figure of ${name}` })
    const comparison = reference === null ? null : Comparison.compare(metric, reference, samples)
    const worse = comparison === null ? null : Comparison.isWorse(comparison)
    made.push({ commit: subject.commit, mixed: subject.mixed, median: Comparison.median(figures), worse })
    return { samples, worse: worse === true }
  })
  return { made, take }
}

const subjectOf = ({ commit, recipe }: Candidate): Subject => ({ commit, recipe, mixed: [] })

const namesOf = (fields: ReadonlyArray<Mixture.Field>): ReadonlyArray<string> => fields.map(({ name }) => name)

/** Finds the first commit that is worse, and then the field. */
export const run = Effect.fn("Bisect.run")(function*<E, R>(options: Options<E, R>) {
  const { candidates, trainingOf } = options
  const { made, take } = measuring(options)
  let between: Between.Between = { good: 0, bad: candidates.length - 1 }
  const at = (place: number): Candidate => candidates[place] as Candidate
  const outcome = (verdict: Verdict, reason: string, found: Partial<Pick<Outcome, "fields" | "together">> = {}): Outcome => ({
    verdict,
    reason,
    good: at(between.good).commit,
    bad: at(between.bad).commit,
    unread: candidates.slice(between.good + 1, between.bad + 1).flatMap(({ unread }) => unread),
    fields: [],
    together: [],
    ...found,
    measurements: made
  })

  const fieldOf = Effect.fnUntraced(function*(reference: ReadonlyArray<Sample>) {
    const [before, after] = [at(between.good), at(between.bad)]
    const differing = Mixture.fields(before.recipe, after.recipe)
    const mixed = (taken: ReadonlyArray<Mixture.Field>): Subject => ({
      commit: before.commit,
      recipe: Mixture.of(before.recipe, after.recipe, taken),
      mixed: namesOf(taken)
    })
    // What a field such as `retry` says trains nothing else.
    const fields = yield* Effect.filter(differing, (field) =>
      Effect.map(trainingOf(mixed([field]).recipe), (training) => training !== before.training))
    const isPlannable = (taken: ReadonlyArray<Mixture.Field>) =>
      Effect.map(trainingOf(mixed(taken).recipe), (training) => training !== null)
    const counts = yield* Effect.filter(fields.map((_, index) => index + 1).slice(0, -1), (count) => isPlannable(fields.slice(0, count)))
    const steps = [0, ...counts, fields.length]
    let halves: Between.Between = { good: 0, bad: steps.length - 1 }
    for (let place = Between.next(halves); place !== null; place = Between.next(halves)) {
      const { worse } = yield* take(mixed(fields.slice(0, steps[place])), reference)
      halves = Between.narrowed(halves, place, worse)
    }
    const [without, withThem] = [steps[halves.good] ?? 0, steps[halves.bad] ?? fields.length]
    const blamed = fields.slice(without, withThem)
    const earlier = fields.slice(0, without)
    const alone = earlier.length === 0
      || ((yield* isPlannable(blamed)) && (yield* take(mixed(blamed), reference)).worse)
    return { fields: blamed.flatMap(({ changes }) => changes), together: alone ? [] : namesOf(earlier) }
  })

  const search = Effect.gen(function*() {
    const [good, bad] = [subjectOf(at(between.good)), subjectOf(at(between.bad))]
    const { samples: reference } = yield* take(good, null)
    if (!(yield* take(bad, reference)).worse) return outcome("held", "the bad end is no worse than the good one: nothing is to be found between them")
    if ((yield* take(good, reference)).worse) return outcome("flaky", "the good end, measured once more, is worse by itself")
    if (!(yield* take(bad, reference)).worse) return outcome("flaky", "the bad end, measured once more, is not worse again")
    for (let place = Between.next(between); place !== null; place = Between.next(between)) {
      const { worse } = yield* take(subjectOf(at(place)), reference)
      between = Between.narrowed(between, place, worse)
    }
    return yield* fieldOf(reference).pipe(
      Effect.map((found) => outcome("found", "it repeats at the bad end, and never at the good one", found)),
      Effect.catchIf(isHalted, ({ message }) => Effect.succeed(outcome("found", `the commit is found, and not the field: ${message}`)))
    )
  })
  return yield* search.pipe(Effect.catchIf(isHalted, ({ message }) =>
    Effect.succeed(outcome("halted", `${message}; ${Figure.plural(between.bad - between.good, "change")} of the training lie between`))
  ))
})
