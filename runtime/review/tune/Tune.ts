/**
 * A run's advice as an edit of its experiment's source.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import type * as Experiment from "../../../dsl/Experiment.ts"
import type * as Recipe from "../../../dsl/Recipe.ts"
import * as Notation from "../../plan/Notation.ts"
import * as Literal from "../../plan/notation/Literal.ts"
import * as RecipeDiff from "../../plan/RecipeDiff.ts"
import * as Words from "../../plan/rules/Words.ts"
import * as Overlay from "../../source/Overlay.ts"
import type { Advice, RecipeChange } from "../../train/Outcome.ts"
import type { Change } from "../lint/Fixes.ts"
import * as Module from "../lint/Module.ts"
import * as Sources from "../lint/Sources.ts"
import * as SourceText from "../lint/SourceText.ts"
import * as Checkout from "./Checkout.ts"
import * as Proof from "./Proof.ts"
import * as Rewrite from "./Rewrite.ts"

/** The source cannot be edited for a run; `message` says why, and what to write by hand where that would do. */
export class NotTuned extends Schema.TaggedError<NotTuned>()("NotTuned", { message: Schema.String }) {}

/** A run that has advice. */
export interface Advised {
  readonly id: string
  readonly experiment: string
  readonly arm: string
  /** As it was declared. */
  readonly recipe: Recipe.Recipe
  readonly advice: ReadonlyArray<Advice>
}

/** An advice that was taken: the fields that it is about as the run had them, and as it wants them. */
export interface Taken {
  readonly rule: string
  readonly message: string
  readonly before: RecipeChange
  readonly after: RecipeChange
}

export interface Tuned {
  /** As its reader would write it. */
  readonly file: string
  readonly advice: ReadonlyArray<Taken>
  /** Null where the source says so already. */
  readonly change: Change | null
  /** What else there is to say, in a person's words. */
  readonly remarks: ReadonlyArray<string>
}

type Field = keyof RecipeChange

const fieldsOf = (change: RecipeChange): ReadonlyArray<Field> => Object.keys(change) as ReadonlyArray<Field>

const pick = (recipe: RecipeChange, fields: ReadonlyArray<Field>): RecipeChange =>
  Object.fromEntries(fields.map((field) => [field, recipe[field]]))

type WithChange = Advice & { readonly change: RecipeChange }

/** Puts changes together. Fails with NotTuned where two of them want one field otherwise. */
const together = Effect.fnUntraced(function*(advice: ReadonlyArray<WithChange>) {
  const taken = new Map<Field, WithChange>()
  for (const one of advice) {
    for (const field of fieldsOf(one.change)) {
      const other = taken.get(field) ?? one
      if (!Literal.same(other.change[field], one.change[field])) {
        return yield* new NotTuned({
          message: `${other.rule} and ${one.rule} both change ${field}, each otherwise: choose one with --rule ${one.rule}`
        })
      }
      taken.set(field, one)
    }
  }
  const change: RecipeChange = Object.fromEntries([...taken].map(([field, { change }]) => [field, change[field]]))
  return change
})

const parsed = Effect.fnUntraced(function*(name: string, cwd: string) {
  const { beside, files } = yield* Sources.open([name], cwd)
  const [opened] = files
  if (opened === undefined || files.length > 1) return yield* new NotTuned({ message: `${name} is a folder: name one experiment's file` })
  if ("refused" in opened) return yield* new NotTuned({ message: `${opened.file} ${opened.refused}` })
  const read = [opened, ...beside].flatMap((one) => "text" in one ? [one] : [])
  const module = Module.parse(read).find(({ path }) => path === opened.path)
  if (module === undefined) return yield* Effect.die(new Error(`${opened.path} was not parsed`))
  if (Module.isParsed(module)) return module
  const { line } = SourceText.placeOf(module.text, module.at.start)
  return yield* new NotTuned({ message: `${module.file}:${line} is no program: ${module.message}` })
})

/** Lists what the source has otherwise than the run had it, in these fields or in all others. */
const moved = (run: Recipe.Recipe, source: Recipe.Recipe, fields: ReadonlyArray<Field>) =>
  Object.groupBy(RecipeDiff.of(run, source), ({ path }) =>
    fields.some((field) => path === field || path.startsWith(`${field}.`)) ? "advised" : "others")

const said = (changes: ReadonlyArray<RecipeDiff.Change>): string => Words.listed(changes.map(RecipeDiff.say))

/** Refuses to edit a file, and says what a person is to write instead. */
const refusal = (module: Module.Module, rewritten: Rewrite.Rewritten, { arm, change }: Proof.Wanted, why: string): NotTuned => {
  const { line } = SourceText.placeOf(module.text, rewritten.at)
  return new NotTuned({
    message: [
      `${module.file} cannot be edited for you: ${why}`,
      `What to write by hand, for the arm "${arm}" of ${module.file}:${line}:`,
      ...fieldsOf(change).map((field) => `  ${field}: ${Notation.of(field, change[field])}`)
    ].join("\n")
  })
}

/** Finds the first of several texts that is proven to do what is wanted. Fails with why the last one does not. */
const proven = Effect.fnUntraced(function*(
  overlay: Overlay.Overlay,
  candidates: ReadonlyArray<SourceText.SourceText>,
  before: Experiment.Resolved,
  wanted: Proof.Wanted
) {
  let why = "its source gives no place for that"
  for (const candidate of candidates) {
    const evaluated = yield* Effect.result(overlay.evaluate(SourceText.encode(candidate)))
    const against = evaluated._tag === "Failure"
      ? evaluated.failure.message
      : Proof.against(before, evaluated.success.definition, wanted)
    if (against === null) return candidate
    why = against
  }
  return yield* Effect.fail(why)
})

/** Finds the arm's recipe in the experiment that the source is. Fails with NotTuned where that is another one. */
const recipeIn = Effect.fnUntraced(function*({ arms, name }: Experiment.Resolved, { arm, experiment, id }: Advised, file: string) {
  if (name !== experiment) {
    return yield* new NotTuned({ message: `${file} is the experiment "${name}", and run ${id} was made of "${experiment}"` })
  }
  const recipe = arms[arm]
  return recipe ?? (yield* new NotTuned({
    message: `${file} has no arm "${arm}", which run ${id} was made of; it has ${Words.some(Object.keys(arms))}`
  }))
})

/**
 * Edits an experiment's source so that an arm takes a run's advice, and proves it by evaluating what comes of it: no other
 * arm changes, and nothing else of this one. Nothing is written. Fails with NotTuned, or with NoSource where there is no
 * such file.
 */
export const tune = Effect.fn("Tune.tune")(function*(name: string, run: Advised, cwd: string) {
  const { arm, experiment, id } = run
  const advice = run.advice.filter((one): one is WithChange => one.change !== null)
  const advised = yield* together(advice)
  const module = yield* parsed(name, cwd)
  const { file, text } = module
  const refuse = (change: RecipeChange) => (why: string): NotTuned =>
    refusal(module, Rewrite.of(module, { experiment, arm, change }), { arm, change }, why)
  const overlay = yield* Overlay.make(Checkout.of(fs.realpathSync.native(module.path))).pipe(
    Effect.mapError(({ message }) => refuse(advised)(message))
  )
  const { definition: before } = yield* overlay.evaluate(SourceText.encode(text)).pipe(
    Effect.mapError(({ message }) => refuse(advised)(message))
  )
  const source = yield* recipeIn(before, run, file)
  const change = pick(advised, fieldsOf(advised).filter((field) => !Literal.same(source[field], advised[field])))
  const since = moved(run.recipe, source, fieldsOf(change))
  if (since.advised !== undefined) {
    return yield* refuse(change)(`it has moved on since run ${id}, and the advice is about what that had: ${said(since.advised)}`)
  }
  const others = (since.others ?? []).filter(({ path }) => !(path.split(".")[0] as Field in advised))
  const after = fieldsOf(change).length === 0 ? null : yield* Effect.suspend(() => {
    const { refused, texts } = Rewrite.of(module, { experiment, arm, change })
    return refused === null
      ? proven(overlay, texts.map((edited) => SourceText.withText(text, edited)), before, { arm, change })
      : Effect.fail(refused)
  }).pipe(Effect.mapError(refuse(change)))
  const tuned: Tuned = {
    file,
    advice: advice.map(({ change, message, rule }) => ({ rule, message, before: pick(run.recipe, fieldsOf(change)), after: change })),
    change: after === null ? null : { path: module.path, before: text, after },
    remarks: [
      ...run.advice.filter(({ change }) => change === null).map(({ rule }) => `${rule} names no change that could be written`),
      ...(others.length === 0 ? [] : [`the source has moved on since run ${id}: ${said(others)}`])
    ]
  }
  return tuned
}, Effect.scoped)
