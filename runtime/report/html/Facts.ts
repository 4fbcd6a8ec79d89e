/**
 * What is known of a run from its folder and its record, for its page.
 */
import * as Effect from "effect/Effect"
import type * as Recipe from "../../../dsl/Recipe.ts"
import type { Identity } from "../../plan/Identity.ts"
import type { RunEnvironment } from "../../run/Environment.ts"
import * as Evaluation from "../../run/Evaluation.ts"
import type { AttemptResult, RunResult } from "../../run/Result.ts"
import * as RunFolder from "../../run/RunFolder.ts"
import type { RunRecord } from "../../run/store/Listing.ts"
import * as EventLog from "../../train/EventLog.ts"
import * as Recording from "./Recording.ts"

/** A run as its record has it, or as whoever has made it knows it. */
export type Recorded = Pick<RunRecord, "id" | "launch" | "experiment" | "arm" | "seed" | "status" | "reason" | "directory" | "started" | "result">

/** What a page tells of a run; null where a part is not there, as of a run in progress. */
export interface Facts extends Recorded {
  readonly recipe: Recipe.Recipe | null
  readonly identity: Identity | null
  readonly environment: RunEnvironment | null
  /** Those that have ended so far. */
  readonly attempts: ReadonlyArray<AttemptResult>
  readonly recording: Recording.Recording
}

/** Reading a long log must not keep its reader from what else it looks after: leases, say. */
const eventsAtOnce = 5_000

const record = Effect.fnUntraced(function*(directory: string) {
  const recording = new Recording.Recording()
  let count = 0
  for (const attempt of RunFolder.attempts(directory).toReversed()) {
    for (const event of EventLog.each(RunFolder.events(attempt))) {
      recording.add(event)
      if (++count % eventsAtOnce === 0) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    }
  }
  return recording
})

/** Reads a run's folder. What is not there, or cannot be read, is left out. */
export const read = Effect.fn("Facts.read")(function*(run: Recorded) {
  const { directory } = run
  const result: RunResult | null = run.result ?? RunFolder.result(directory)
  const attempts = RunFolder.attempts(directory).toReversed().flatMap((attempt) => RunFolder.record(attempt)?.result ?? [])
  const facts: Facts = {
    ...run,
    result,
    recipe: yield* Evaluation.recipeOf(directory).pipe(Effect.catch(() => Effect.succeed(null))),
    identity: RunFolder.plan(directory)?.arms[0]?.identity ?? null,
    environment: RunFolder.environment(directory),
    attempts: result?.attempts ?? attempts,
    recording: yield* record(directory)
  }
  return facts
})
