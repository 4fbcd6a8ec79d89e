import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Expect from "./Expect.ts"
import * as Issue from "./Issue.ts"
import * as Quantity from "./Quantity.ts"
import * as Recipe from "./Recipe.ts"

/** What an experiment says: a question, recipes to compare by name, seeds, and what must hold in the end. */
export interface Definition<Arm extends string = string> {
  readonly question: string
  readonly arms: Readonly<Record<Arm, Recipe.Recipe>>
  readonly seeds: ReadonlyArray<number>
  readonly expect: ReadonlyArray<Expect.Expect<Arm>>
}

const Definition = Schema.Struct({
  question: Schema.NonEmptyString,
  arms: Schema.Record(Schema.String, Recipe.Recipe),
  seeds: Schema.Array(Quantity.index),
  expect: Schema.Array(Expect.Expect)
})

const marker = "ballast.experiment/1"

/** An experiment as a file exports it: a name, and a definition that may have to be computed first. */
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
  definition: Effect.isEffect(definition) ? definition : Effect.succeed(definition)
})

/** The arms alone decide which names there are; an expectation must not add one. */
type ExpectKnown<Arm extends string> = Omit<Definition<Arm>, "expect"> & {
  readonly expect: ReadonlyArray<Expect.Expect<NoInfer<Arm>>>
}

/** Tells whether a value that a file exports is an experiment. */
export const isExperiment = (value: unknown): value is Experiment =>
  typeof value === "object" && value !== null && (value as { readonly format?: unknown }).format === marker

const namePattern = /^[a-z0-9][a-z0-9._-]*$/i

const crossIssues = (name: string, definition: Definition): ReadonlyArray<Issue.Issue> => {
  const issues: Array<Issue.Issue> = []
  const arms = Object.keys(definition.arms)
  if (!namePattern.test(name)) {
    issues.push({ path: "name", message: `expected letters, digits, dots, dashes and underscores, got "${name}"` })
  }
  if (arms.length === 0) issues.push({ path: "arms", message: "expected at least one arm" })
  if (definition.seeds.length === 0) issues.push({ path: "seeds", message: "expected at least one seed" })
  if (new Set(definition.seeds).size < definition.seeds.length) {
    issues.push({ path: "seeds", message: "expected every seed once" })
  }
  definition.expect.forEach((expectation, index) => {
    for (const arm of Expect.arms(expectation)) {
      if (!arms.includes(arm)) {
        issues.push({ path: `expect.${index}`, message: `there is no arm "${arm}"; there are ${arms.join(", ")}` })
      }
    }
  })
  return issues
}

/** Computes and checks an experiment's definition. Every issue is reported at once, each with its path. */
export const resolve = Effect.fn("Experiment.resolve")(function*(experiment: Experiment) {
  const invalid = (issues: ReadonlyArray<Issue.Issue>) =>
    new InvalidExperiment({ experiment: experiment.name, issues })
  const input = yield* Effect.mapError(experiment.definition, (error) => invalid([{ path: "", message: String(error) }]))
  const decoded = Issue.decode(Definition, input)
  if (Result.isFailure(decoded)) return yield* invalid(decoded.failure)
  const issues = crossIssues(experiment.name, decoded.success)
  if (issues.length > 0) return yield* invalid(issues)
  const resolved: Resolved = { name: experiment.name, ...decoded.success }
  return resolved
})
