/**
 * All that a run's folder tells about it.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Identity } from "../plan/Identity.ts"
import type { Event } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import type { RunEnvironment } from "./Environment.ts"
import * as Evaluation from "./Evaluation.ts"
import type { AttemptResult } from "./Result.ts"
import * as RunFolder from "./RunFolder.ts"

/** What a folder holds; null or empty where a part of it is not there. */
export interface Detail {
  readonly recipe: Recipe.Recipe | null
  readonly identity: Identity | null
  readonly environment: RunEnvironment | null
  /** Every attempt's events, the first attempt's first. */
  readonly events: ReadonlyArray<Event>
  /** The attempts that have ended so far. */
  readonly attempts: ReadonlyArray<AttemptResult>
  /** The last attempt's that are still there, the oldest first: a recipe may keep the newest alone. */
  readonly checkpoints: ReadonlyArray<{ readonly step: number; readonly directory: string }>
}

const eventsOf = (attempt: string): ReadonlyArray<Event> => EventLog.readWhereThere(RunFolder.events(attempt))

const checkpointsOf = (attempt: string, events: ReadonlyArray<Event>): Detail["checkpoints"] => {
  const written = events.flatMap((event) =>
    event.kind === "checkpoint" ? [{ step: event.step, directory: path.join(attempt, event.directory) }] : []
  )
  // One that was written anew is one checkpoint still.
  const named = new Map(written.map((checkpoint) => [checkpoint.directory, checkpoint]))
  return [...named.values()].filter(({ directory }) => fs.existsSync(directory))
}

/** Reads a run's folder. What is not there, or cannot be read, is left out: a run in progress has not all of it. */
export const read = Effect.fn("Detail.read")(function*(directory: string) {
  const attempts = RunFolder.attempts(directory).toReversed().map((attempt) => ({ attempt, events: eventsOf(attempt) }))
  const last = attempts.at(-1)
  const recipe = yield* Evaluation.recipeOf(directory).pipe(Effect.catch(() => Effect.succeed(null)))
  const detail: Detail = {
    recipe,
    identity: RunFolder.plan(directory)?.arms[0]?.identity ?? null,
    environment: RunFolder.environment(directory),
    events: attempts.flatMap(({ events }) => events),
    attempts: attempts.flatMap(({ attempt }) => RunFolder.record(attempt)?.result ?? []),
    checkpoints: last === undefined ? [] : checkpointsOf(last.attempt, last.events)
  }
  return detail
})
