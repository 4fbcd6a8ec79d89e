/**
 * Training some steps again from a state that was kept, with as much of the training as a bundle tells.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Result from "effect/Result"
import type { EngineFault } from "../../dsl/Fault.ts"
import * as Injection from "../../dsl/Injection.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Batch } from "../data/Batch.ts"
import * as Loader from "../data/Loader.ts"
import type { Source } from "../data/Source.ts"
import { Engine } from "../engine/Engine.ts"
import type { Curve } from "../optim/Curve.ts"
import * as Plan from "../plan/Plan.ts"
import type { Step } from "../step/Step.ts"
import type { Bundle } from "../train/Bundle.ts"
import type { Checkpoint } from "../train/Checkpoint.ts"
import * as Divergence from "../train/Divergence.ts"
import * as Finite from "../train/Finite.ts"
import * as Inject from "../train/Inject.ts"
import * as Loop from "../train/Loop.ts"
import * as Setup from "../train/Setup.ts"
import * as Spike from "../train/Spike.ts"
import { Tally } from "../train/Tally.ts"

/** A bundle's training on this engine, ready to go on from any state. */
export interface Rerun {
  readonly recipe: Recipe.Recipe
  readonly curve: Curve
  readonly step: Step
  readonly injector: Inject.Injector
}

/** What came of some steps: why they did not end well, in a person's words, or null where they did. */
export interface Ended {
  readonly steps: number
  readonly fault: string | null
}

/** What was injected once does not come again; what is in the data or in the graph does. */
const persistent = (text: string | null): Injection.Injection | null => {
  const parsed = text === null ? null : Injection.parse(text)
  if (parsed === null || Result.isFailure(parsed)) return null
  const injection = parsed.success
  const stays = injection._tag === "BadImage" || ("always" in injection && injection.always)
  return stays ? injection : null
}

/**
 * Compiles the step of a bundle's training, with a recipe that may differ from the bundle's in what leaves the network and
 * its inputs as they are. Fails with EngineFault where the engine cannot.
 */
export const compile = Effect.fn("Rerun.compile")(
  function*(bundle: Bundle, recipe: Recipe.Recipe): Effect.fn.Return<Rerun, EngineFault, Engine | Scope.Scope> {
    const { arm, facts, injection, seed } = bundle.document
    const { curve, graph } = Plan.resolveArm(arm, recipe, facts)
    if (curve === null || graph === null) return yield* Effect.die(new Error("a recipe that cannot run was tried"))
    const injector = Inject.make(persistent(injection), () => [])
    const engine = yield* Engine
    const step = yield* engine.compile({
      ...Setup.configurationOf(recipe, graph, { facts }, seed),
      maxBoxes: Setup.columnsOf(bundle.recipe, facts),
      inject: injector.configuration(graph)
    })
    return { recipe, curve, step, injector }
  }
)

/** Goes on with a rerun under another recipe that compiles to the same step. */
export const under = (rerun: Rerun, bundle: Bundle, recipe: Recipe.Recipe): Rerun => {
  const { curve } = Plan.resolveArm(bundle.document.arm, recipe, bundle.document.facts)
  if (curve === null) throw new Error("a recipe that cannot run was tried")
  return { ...rerun, recipe, curve }
}

/** Says what a defect says. */
export const thrownIn = (defect: unknown): string => defect instanceof Error ? defect.message : String(defect)

/**
 * Trains from a checkpoint up to step `until` and tells how that ended: a step that is not finite, a divergence, a state
 * with a value that is not finite, or what the engine or the data threw.
 */
export const run = Effect.fn("Rerun.run")(function*(
  { curve, injector, recipe, step }: Rerun,
  from: Checkpoint,
  until: number,
  nextBatch: Effect.Effect<Batch, { readonly message: string }>
): Effect.fn.Return<Ended> {
  const begun = from.cursor.step
  let done = begun
  const train = Effect.suspend(() => {
    step.write(from.state)
    return Loop.run({
      recipe,
      curve,
      from: { step: begun, clip: from.cursor.clip },
      lastStep: Math.min(until, curve.totalSteps),
      step,
      tally: new Tally(),
      divergence: Divergence.detector(from.cursor.divergence),
      spikes: Spike.detector(from.cursor.spikes),
      nextBatch,
      inject: injector.scalars,
      onBatch: () => undefined,
      onStep: ({ step }) => {
        done = step + 1
      },
      between: () => Effect.succeed(false),
      stopping: () => false
    })
  })
  const fault = yield* train.pipe(
    Effect.map(() => {
      const found = Finite.poisoned(step.read())
      return found === null ? null : `the ${found.what} ${found.address} is not finite`
    }),
    Effect.catch(({ message }) => Effect.succeed(message)),
    Effect.catchDefect((defect) => Effect.succeed(thrownIn(defect)))
  )
  return { steps: done - begun, fault }
})

/** Trains from a checkpoint up to step `until` on the images of the opened data set, and tells how that ended. */
export const onData = Effect.fn("Rerun.onData")(
  function*(rerun: Rerun, bundle: Bundle, source: Source, from: Checkpoint, until: number): Effect.fn.Return<Ended> {
    return yield* Effect.scoped(Effect.gen(function*() {
      const loader = yield* Loader.make({
        ...Setup.makingOf(rerun.recipe, source, bundle.document.seed),
        maxBoxes: Setup.columnsOf(bundle.recipe, source.facts),
        badImage: rerun.injector.badImage,
        start: from.cursor.step
      })
      return yield* run(rerun, from, until, loader.next)
    }))
  }
)
