/**
 * A run that is to be brought to its end, and what its folder says of it from the beginning.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type * as Injection from "../../dsl/Injection.ts"
import * as Recipe from "../../dsl/Recipe.ts"
import * as Words from "../../dsl/Words.ts"
import type { Source } from "../data/Source.ts"
import type { Chosen } from "../engine/Engines.ts"
import type * as Plan from "../plan/Plan.ts"
import * as PlanJson from "../plan/PlanJson.ts"
import type { AttemptOutcome } from "../train/Outcome.ts"
import type { TrainedStart } from "../train/TrainedStart.ts"
import type { Environment } from "./Environment.ts"
import { HomeUnusable } from "./Home.ts"
import type { RunReference } from "./Reporter.ts"
import * as RunFolder from "./RunFolder.ts"
import type { Holder } from "./store/Holder.ts"

export interface Job extends RunReference {
  readonly experiment: string
  /** Who brings it to its end: what anybody else writes does not count. */
  readonly holder: Holder
  /** The arm as it is declared. */
  readonly plan: Plan.Arm
  readonly source: Source
  readonly start: TrainedStart | null
  /** The engine that its first attempt computes with. */
  readonly engine: Chosen
  readonly injection: Injection.Injection | null
  /** Ends it after so many steps; null for its whole length. */
  readonly steps: number | null
  readonly directory: string
}

/** Does what touches a run's folder. Fails with HomeUnusable where that cannot be written. */
export const onDisk = <A>({ directory }: Pick<Job, "directory">, body: () => A): Effect.Effect<A, HomeUnusable> =>
  Effect.try({
    try: body,
    catch: (cause) =>
      new HomeUnusable({
        directory,
        message: `${directory} cannot be written: ${Words.reasonOf(cause)}. `
          + "Make room there, or name another folder with --home"
      })
  })

/** Writes what is trained into a folder: a run's, or an attempt's. */
export const describe = (directory: string, plan: Plan.Arm, experiment: string): void => {
  RunFolder.write(RunFolder.recipeFile(directory), Recipe.encode(plan.recipe))
  RunFolder.write(path.join(directory, "plan.json"), PlanJson.plan({ experiment, arms: [plan] }))
}

/** Writes what a run is made with; `engine` is there once one was loaded. */
export const tellEnvironment = (job: Job, environment: Environment, engine: AttemptOutcome["engine"]): void =>
  RunFolder.write(path.join(job.directory, "environment.json"), {
    ...environment,
    data: job.source.directory,
    ...(engine === null ? {} : { engine })
  })
