/**
 * Where a run stands that somebody else began: what it takes to go on with it.
 */
import * as Result from "effect/Result"
import * as Injection from "../../dsl/Injection.ts"
import type { Chosen } from "../engine/Engines.ts"
import * as Plan from "../plan/Plan.ts"
import * as RecipeDiff from "../plan/RecipeDiff.ts"
import * as Course from "./Course.ts"
import * as History from "./History.ts"
import type * as Job from "./Job.ts"
import * as Launch from "./Launch.ts"
import type { Prepared } from "./Prepare.ts"
import * as Remedied from "./Remedied.ts"
import * as RunFolder from "./RunFolder.ts"
import type { LaunchRecord } from "./Store.ts"
import type { RunRecord } from "./store/Listing.ts"
import type { Holder } from "./store/Holder.ts"

export interface Material extends Pick<LaunchRecord, "experiment" | "request"> {
  readonly prepared: Prepared
  readonly engine: Chosen
  readonly holder: Holder
}

/** Makes the job of a run that is in the record. Its arm must be able to run. */
export const jobOf = (
  { arm, directory, id, seed }: Pick<RunRecord, "arm" | "directory" | "id" | "seed">,
  { engine, experiment, holder, prepared, request: { injection, steps } }: Material
): Job.Job => {
  const parsed = injection === null ? null : Injection.parse(injection)
  return {
    id,
    experiment,
    holder,
    arm,
    seed,
    ...Launch.materialOf(prepared, arm),
    engine,
    injection: parsed === null || Result.isFailure(parsed) ? null : parsed.success,
    steps,
    directory
  }
}

/** Finds the course that a run was on: the declared recipe with what its remedies have changed. */
export const courseOf = (job: Job.Job, attempt: number): Course.Course => {
  const { arm, directory, engine, source, start } = job
  const history = History.read(directory)
  const recipe = Remedied.recipe(directory, history.past, job.plan.recipe)
  const plan = RecipeDiff.of(job.plan.recipe, recipe).length === 0
    ? job.plan
    : Plan.resolveArm(arm, recipe, source.facts, start)
  // An attempt may have been broken off before it left anything, and the one before it was made on what was declared then.
  const before = Course.sinceTurn(history.past).flatMap(({ result }) =>
    RunFolder.plan(RunFolder.attemptOf(directory, result.number))?.arms[0]?.identity.training ?? []
  )
  return {
    plan,
    engine,
    ...history,
    // An attempt is in the record before its folder tells of it, and may have come no further.
    attempted: Math.max(history.attempted, attempt),
    trainings: [...new Set([plan.identity.training ?? "", ...before])]
  }
}

/** Names the engine that a run is to go on with; null where it has not begun. */
export const engineOf = ({ directory }: Pick<RunRecord, "directory">): Chosen["engine"] | null => {
  const last = History.read(directory).past.at(-1)
  return last === undefined ? null : last.next?.kind === "remedy" ? last.next.engine.engine : last.engine.engine
}
