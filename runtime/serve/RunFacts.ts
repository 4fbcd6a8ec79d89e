/**
 * What a run's own folder tells of it, beside what its record does.
 */
import * as Effect from "effect/Effect"
import type { Facts } from "../report/html/Facts.ts"
import * as Evaluation from "../run/Evaluation.ts"
import type { AttemptResult } from "../run/Result.ts"
import * as RunFolder from "../run/RunFolder.ts"
import type { RunRecord } from "../run/store/Listing.ts"
import { Recordings } from "./Recordings.ts"
import * as RunFiles from "./RunFiles.ts"

/** Lists the attempts of a run that have ended so far. */
export const attempts = ({ directory, result }: RunRecord): ReadonlyArray<AttemptResult> =>
  result?.attempts ?? RunFolder.attempts(directory).toReversed().flatMap((attempt) =>
    RunFiles.isDocument(directory, RunFolder.recordFile(attempt)) ? RunFolder.record(attempt)?.result ?? [] : []
  )

/** Reads what a run was to be; null where that is not there. */
export const plan = ({ directory }: Pick<RunRecord, "directory">) => RunFiles.document(directory, "plan.json", RunFolder.plan)

/** Reads what a run was made with; null where that is not there. */
export const environment = ({ directory }: Pick<RunRecord, "directory">) =>
  RunFiles.document(directory, "environment.json", RunFolder.environment)

/** Reads the recipe of a run; null where it is not there, or of another version. */
export const recipe = ({ directory }: Pick<RunRecord, "directory">) =>
  RunFiles.isDocument(directory, RunFolder.recipeFile(directory))
    ? Evaluation.recipeOf(directory).pipe(Effect.catch(() => Effect.succeed(null)))
    : Effect.succeed(null)

/** Reads all that a page tells of a run. */
export const read = Effect.fn("RunFacts.read")(function*(run: RunRecord) {
  const { recording } = yield* (yield* Recordings).of(run.id, run.directory)
  const facts: Facts = {
    ...run,
    recipe: yield* recipe(run),
    identity: plan(run)?.arms[0]?.identity ?? null,
    environment: environment(run),
    attempts: attempts(run),
    recording
  }
  return facts
})
