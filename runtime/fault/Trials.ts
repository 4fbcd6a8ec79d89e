/**
 * The steps before a fault again, from the same state, with one thing changed at a time.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as path from "node:path"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Remedy from "../../dsl/Remedy.ts"
import type { Source } from "../data/Source.ts"
import { Engine } from "../engine/Engine.ts"
import * as Plan from "../plan/Plan.ts"
import type { Bundle } from "../train/Bundle.ts"
import * as Checkpoint from "../train/Checkpoint.ts"
import type { Change, Trial } from "./Diagnosis.ts"
import * as Remedies from "./Remedies.ts"
import * as Rerun from "./Rerun.ts"
import * as Window from "./Window.ts"

/** The changes that this engine can try, in their order: the last one compiles another step. */
export const changes = [
  "same again",
  "without the batch",
  "half the learning rate",
  "without augmentation",
  "a tighter clip"
] as const satisfies ReadonlyArray<Change>
type Tried = typeof changes[number]

export interface Options {
  readonly bundle: Bundle
  /** The bundle's recipe, compiled. */
  readonly rerun: Rerun.Rerun
  readonly source: Source
  /** How many steps all trials together may take. */
  readonly budget: number
  readonly onTrial: (trial: Trial) => void
}

const without = (change: Change, reason: string): Trial => ({ change, cured: null, steps: 0, reason })

const halved: Readonly<Partial<Record<Tried, Remedy.Remedy>>> = {
  "without the batch": Remedy.skipBatches(),
  "half the learning rate": Remedy.scaleLearningRate(),
  "a tighter clip": Remedy.tightenClip()
}

/** Finds the recipe of a trial; says why there is none where it would be the same. */
const changed = (
  change: Tried,
  { bundle: { document, recipe }, source }: Options,
  { engine, schedule: { stepsPerEpoch, totalSteps } }: Pick<Remedies.Situation, "engine"> & Pick<Plan.Arm, "schedule">
): Result.Result<Recipe.Recipe, string> => {
  if (change === "same again") return Result.succeed(recipe)
  if (change === "without augmentation") {
    return recipe.augment._tag === "Off"
      ? Result.fail("nothing is augmented")
      : Result.succeed({ ...recipe, augment: { _tag: "Off" } })
  }
  const remedy = halved[change]
  if (remedy === undefined || stepsPerEpoch === null || totalSteps === null) return Result.fail("its recipe cannot be resolved")
  return Result.map(
    Remedies.apply([remedy], {
      recipe,
      engine,
      engines: [engine],
      fault: "NonFinite",
      step: document.fault.tag === "Diverged" ? document.onset : document.fault.step ?? document.onset,
      onset: document.onset,
      totalSteps,
      stepsPerEpoch,
      images: source.facts,
      suspects: [],
      diagnosis: null
    }),
    ({ recipe }) => recipe
  )
}

/** The state to begin with, and the steps that follow. */
interface Chosen {
  readonly from: Checkpoint.Checkpoint
  readonly window: Window.Window
}

/** The states that trials may begin with: the bundle's, and what its attempt wrote to the disk. */
const keptOf = ({ directory, snapshots }: Bundle) =>
  [
    ...snapshots,
    ...["checkpoints", "recovery"].flatMap((name) => Checkpoint.list(path.join(path.dirname(directory), name)))
  ]

const windowOf = (options: Options, tried: number): { readonly window: Window.Window; readonly directory: string } | null => {
  const { bundle, budget } = options
  const { fault, onset } = bundle.document
  const kept = keptOf(bundle)
  const window = Window.of({
    tag: fault.tag,
    step: fault.step ?? onset,
    onset,
    kept: kept.map(({ step }) => step),
    budget: Math.floor(budget / tried)
  })
  const directory = kept.find(({ step }) => step === window?.from)?.directory
  return window === null || directory === undefined ? null : { window, directory }
}

const tried = Effect.fnUntraced(function*(
  change: Tried,
  recipe: Recipe.Recipe,
  { bundle, rerun, source }: Options,
  { from, window }: Chosen
): Effect.fn.Return<Trial, never, Engine> {
  return yield* Effect.scoped(Effect.gen(function*() {
    const again = change === "a tighter clip"
      ? yield* Rerun.compile(bundle, recipe)
      : Rerun.under(rerun, bundle, recipe)
    const { fault, steps } = yield* Rerun.onData(again, bundle, source, from, window.until)
    return { change, cured: fault === null, steps, reason: fault }
  })).pipe(
    // Where one change is too much for the engine, what the others came to still counts.
    Effect.catch(({ message }) => Effect.succeed(without(change, `its step could not be compiled: ${message}`))),
    Effect.catchDefect((defect) =>
      Effect.succeed(without(change, `it broke off: ${Rerun.thrownIn(defect)}`)))
  )
})

/**
 * Tries the changes one after the other, `same again` first, within the budget of steps. What cannot be tried says why.
 */
export const run = Effect.fn("Trials.run")(
  function*(options: Options): Effect.fn.Return<ReadonlyArray<Trial>, never, Engine> {
    const { description: { engine } } = yield* Engine
    const { document, recipe } = options.bundle
    const { schedule } = Plan.resolveArm(document.arm, recipe, document.facts)
    const recipes = changes.map((change) => [change, changed(change, options, { engine, schedule })] as const)
    const found = windowOf(options, recipes.filter(([, recipe]) => Result.isSuccess(recipe)).length)
    const from = found === null ? null : yield* Checkpoint.read(found.directory).pipe(Effect.catch(() => Effect.succeed(null)))
    const trials: Array<Trial> = []
    for (const [change, recipe] of recipes) {
      const trial = Result.isFailure(recipe)
        ? without(change, recipe.failure)
        : found === null || from === null
        ? without(change, `no state from before the fault is near enough for ${options.budget} steps of trials`)
        : yield* tried(change, recipe.success, options, { from, window: found.window })
      options.onTrial(trial)
      trials.push(trial)
    }
    return trials
  }
)
