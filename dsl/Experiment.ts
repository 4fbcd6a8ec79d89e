import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Expect from "./Expect.ts"
import * as Issue from "./Issue.ts"
import * as Near from "./Near.ts"
import * as Quantity from "./Quantity.ts"
import * as Recipe from "./Recipe.ts"
import type * as Seeds from "./Seeds.ts"
import * as Setting from "./Setting.ts"
import * as Text from "./Text.ts"
import * as Trigger from "./Trigger.ts"
import * as Words from "./Words.ts"

/**
 * What an experiment says: a question, recipes to compare by name, seeds, what must hold in the end, and what starts it
 * without a person.
 */
export interface Definition<Arm extends string = string> {
  readonly question: string
  readonly arms: Readonly<Record<Arm, Recipe.Recipe>>
  readonly seeds: Seeds.Seeds
  readonly expect: ReadonlyArray<Expect.Expect<Arm>>
  readonly triggers?: ReadonlyArray<Trigger.Trigger>
}

const Arms = Schema.Record(Schema.String, Recipe.Recipe).pipe(Schema.check(
  Schema.makeFilter((arms: object) => Object.keys(arms).length > 0, { expected: "at least one arm" }),
  Schema.makeFilter((arms: object) => Object.keys(arms).every(Text.isLine), {
    expected: "a name for every arm, in one line"
  })
))

const Definition = Schema.Struct({
  question: Text.filled,
  arms: Arms,
  seeds: Schema.Array(Quantity.index).pipe(Schema.check(
    Schema.makeFilter((seeds: ReadonlyArray<number>) => seeds.length > 0, { expected: "at least one seed" }),
    Schema.makeFilter((seeds: ReadonlyArray<number>) => new Set(seeds).size === seeds.length, {
      expected: "every seed once"
    })
  )),
  expect: Schema.Array(Expect.Expect),
  triggers: Schema.optionalKey(Schema.Array(Trigger.Trigger))
})

const marker = "ballast.experiment/1"

/** An experiment as its file exports it: a name, and a definition that may have to be computed first. */
export interface Experiment {
  readonly format: typeof marker
  readonly name: string
  readonly definition: Effect.Effect<unknown, unknown>
}

/** An experiment cannot be run as it is written; `issues` lists everything that is wrong with it. */
export class InvalidExperiment extends Schema.TaggedError<InvalidExperiment>()("InvalidExperiment", {
  experiment: Schema.String,
  issues: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {
  override get message(): string {
    return this.issues.map(({ message, path }) => path === "" ? message : `${path}: ${message}`).join("\n")
  }
}

/** A definition that was checked. */
export interface Resolved extends Definition {
  readonly name: string
}

/**
 * Makes an experiment. `expect` may name only arms that are there: the compiler checks it. The definition may be an
 * Effect that reads typed `Config`; it runs when the experiment is resolved.
 */
export const make = <const Arm extends string, E = never>(
  name: string,
  definition: ExpectKnown<Arm> | Effect.Effect<ExpectKnown<Arm>, E>
): Experiment => ({
  format: marker,
  name,
  // Nothing of the definition is looked at before it is resolved: a value that throws must not spoil an import.
  definition: Effect.suspend(() => Effect.isEffect(definition) ? definition : Effect.succeed(definition))
})

/** The arms alone decide which names there are; an expectation must not add one. */
type ExpectKnown<Arm extends string> = Omit<Definition<Arm>, "expect"> & {
  readonly expect: ReadonlyArray<Expect.Expect<NoInfer<Arm>>>
}

/** Tells whether a value that a file exports is an experiment. */
export const isExperiment = (value: unknown): value is Experiment => {
  try {
    const { definition, format } = (value ?? {}) as { readonly definition?: unknown; readonly format?: unknown }
    return format === marker && Effect.isEffect(definition)
  } catch {
    return false
  }
}

const nameIssues = (name: unknown): ReadonlyArray<Issue.Issue> => {
  const decoded = Issue.decode(Text.name, name)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message }) => ({ path: "name", message }))
}

const keysOf = (value: unknown): ReadonlyArray<string> =>
  typeof value === "object" && value !== null ? Object.keys(value) : []

/** Checks the arms that expectations name, also where other fields are wrong, so that one pass reports everything. */
const unknownArms = (definition: {
  readonly arms?: unknown
  readonly expect?: unknown
}): ReadonlyArray<Issue.Issue> => {
  const { arms, expect } = definition
  const known = keysOf(arms)
  if (known.length === 0 || !Array.isArray(expect)) return []
  return expect.flatMap((item: unknown, index) => {
    const expectation = Issue.decode(Expect.Expect, item)
    if (Result.isFailure(expectation)) return []
    return Expect.arms(expectation.success).filter((arm) => !known.includes(arm)).map((arm) => {
      const near = Near.nearest(arm, known)
      const hint = near === null
        ? `there ${known.length === 1 ? "is" : "are"} ${known.map((name) => `"${name}"`).join(", ")}`
        : `did you mean "${near}"?`
      return { path: `expect.${index}`, message: `there is no arm "${arm}"; ${hint}` }
    })
  })
}

/** What expectations say of arms can be checked only where both can be read. */
const armIssues = (definition: unknown): ReadonlyArray<Issue.Issue> => {
  try {
    return unknownArms(definition ?? {})
  } catch {
    return []
  }
}

/**
 * Checks an experiment's name and its definition, which may be any value. Every issue is reported at once, each with
 * its path, such as `arms.clip.clip.maxNorm: expected a number above 0, got -1`.
 */
export const decode = (name: string, definition: unknown): Result.Result<Resolved, ReadonlyArray<Issue.Issue>> => {
  const decoded = Issue.decode(Definition, definition)
  const issues = [
    ...nameIssues(name),
    ...(Result.isFailure(decoded) ? decoded.failure : []),
    ...armIssues(definition)
  ]
  return Result.isFailure(decoded) || issues.length > 0
    ? Result.fail(issues)
    : Result.succeed({ name, ...decoded.success })
}

const failureOf = (error: unknown): string => Setting.explain(error) ?? `its definition fails: ${Words.reasonOf(error)}`

/**
 * Computes and checks an experiment's definition. Fails with everything that is wrong with it, also where computing it
 * throws.
 */
export const resolve = Effect.fn("Experiment.resolve")(function*(experiment: Experiment) {
  // An experiment of another version of the package has the marker, but not always this one's types.
  const name = typeof experiment.name === "string" ? experiment.name : Words.show(experiment.name)
  const invalid = (issues: ReadonlyArray<Issue.Issue>) => new InvalidExperiment({ experiment: name, issues })
  const definition = yield* Effect.catchCause(
    experiment.definition,
    (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.fail(invalid([{ path: "", message: failureOf(Cause.squash(cause)) }]))
  )
  return yield* Effect.mapError(Effect.fromResult(decode(experiment.name, definition)), invalid)
})
