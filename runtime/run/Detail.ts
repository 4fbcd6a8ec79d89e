/**
 * All that a run's folder tells about it.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Identity } from "../plan/Identity.ts"
import type { Event } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import type { RunEnvironment } from "./Environment.ts"
import * as Evaluation from "./Evaluation.ts"
import * as RunFolder from "./RunFolder.ts"

/** What a folder holds; null or empty where a part of it is not there. */
export interface Detail {
  readonly recipe: Recipe.Recipe | null
  readonly identity: Identity | null
  readonly environment: RunEnvironment | null
  /** The last attempt's events. */
  readonly events: ReadonlyArray<Event>
  /** The last attempt's folder. */
  readonly attempt: string | null
}

/** Reads a run's folder. What is not there, or cannot be read, is left out: a run in progress has not all of it. */
export const read = Effect.fn("Detail.read")(function*(directory: string) {
  const attempt = RunFolder.attempts(directory)[0] ?? null
  const events = attempt === null ? null : RunFolder.events(attempt)
  const recipe = yield* Evaluation.recipeOf(directory).pipe(Effect.catch(() => Effect.succeed(null)))
  const detail: Detail = {
    recipe,
    identity: RunFolder.plan(directory)?.arms[0]?.identity ?? null,
    environment: RunFolder.environment(directory),
    events: events !== null && fs.existsSync(events) ? EventLog.read(events) : [],
    attempt
  }
  return detail
})
