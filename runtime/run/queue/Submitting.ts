/**
 * Making data of a launch: from a planned experiment, or from one that was launched before.
 */
import * as Effect from "effect/Effect"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Environment from "../Environment.ts"
import * as Evaluation from "../Evaluation.ts"
import type { FoundLaunch } from "../Lookup.ts"
import type { Prepared } from "../Prepare.ts"
import * as RunFolder from "../RunFolder.ts"
import type { Request } from "../Store.ts"
import * as Demand from "./Demand.ts"
import type { Submission, SubmittedArm } from "./Submission.ts"

export interface Asked {
  readonly arms: ReadonlyArray<string>
  readonly seeds: ReadonlyArray<number>
  readonly request: Omit<Request, "expect" | "origin">
  /** The commit that the experiment was read from; null for a file as it lies here. */
  readonly commit: string | null
}

const armOf = (recipe: Recipe.Recipe, planned: Omit<SubmittedArm, "demand" | "recipe">, request: Request): SubmittedArm => ({
  recipe: Recipe.encode(recipe),
  ...planned,
  demand: Demand.of(recipe, { ballast: request.origin.ballast, engine: request.engine })
})

/** Makes data of what was chosen of a planned experiment. */
export const ofPrepared = Effect.fn("Submitting.ofPrepared")(
  function*({ experiment, plan }: Prepared, { arms, commit, request: asked, seeds }: Asked) {
    const environment = Environment.ofCommit(yield* Environment.gather, commit)
    const request: Request = { ...asked, expect: experiment.expect, origin: Environment.originOf(environment) }
    const submitted = plan.arms.filter(({ arm }) => arms.includes(arm)).map(({ arm, identity, recipe, schedule: { totalSteps } }) =>
      [arm, armOf(recipe, { identity, totalSteps }, request)] as const
    )
    const submission: Submission = {
      experiment: experiment.name,
      request,
      arms: Object.fromEntries(submitted),
      runs: arms.flatMap((arm) => seeds.map((seed) => ({ arm, seed })))
    }
    return submission
  }
)

/** Makes data of runs that were launched before, to be made again as they were. Fails with DataFault where a folder is gone. */
export const ofLaunched = Effect.fn("Submitting.ofLaunched")(function*({ asked, launch }: FoundLaunch) {
  const { request } = launch
  const arms = new Map<string, SubmittedArm>(Object.entries((launch.arms ?? {}) as Submission["arms"]))
  for (const { arm, directory } of asked) {
    if (arms.has(arm)) continue
    const planned = RunFolder.plan(directory)?.arms[0]
    const unplanned = { recipe: "", graph: null, training: null, data: null }
    const recipe = yield* Evaluation.recipeOf(directory)
    arms.set(arm, armOf(recipe, { identity: planned?.identity ?? unplanned, totalSteps: planned?.schedule.totalSteps ?? null }, request))
  }
  const submission: Submission = {
    experiment: launch.experiment,
    request,
    arms: Object.fromEntries(arms),
    runs: asked.map(({ arm, seed }) => ({ arm, seed }))
  }
  return submission
})
