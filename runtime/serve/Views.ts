/**
 * What is asked for, found: the documents of the API, and what pages show of them.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Recipe from "../../dsl/Recipe.ts"
import * as RunRow from "../report/RunRow.ts"
import { Queue } from "../run/queue/Queue.ts"
import * as RunFolder from "../run/RunFolder.ts"
import { Store } from "../run/Store.ts"
import type { RunRecord } from "../run/store/Listing.ts"
import * as Times from "../run/trigger/Times.ts"
import * as Contract from "./Contract.ts"
import * as Curves from "./Curves.ts"
import * as Difference from "./Difference.ts"
import * as LastStep from "./LastStep.ts"
import { Recordings } from "./Recordings.ts"
import * as RunFacts from "./RunFacts.ts"
import * as RunFiles from "./RunFiles.ts"

/** Finds a run by its whole id; null where there is none. */
export const find = Effect.fn("Views.find")(function*(id: string) {
  const [run] = yield* (yield* Store).list({ id, limit: 1 })
  return run ?? null
})

/** Finds a run by its whole id. Fails with NotFound. */
export const run = Effect.fn("Views.run")(function*(id: string) {
  return (yield* find(id)) ?? (yield* Contract.NotFound.of("there is no run of this id"))
})

/** Says what a list says of a run, and where it stands. */
export const row = (run: RunRecord) => ({
  ...RunRow.of(run),
  launch: run.launch,
  reason: run.reason,
  queued: run.queued,
  attempt: run.attempt,
  ended: run.ended,
  progress: run.status === "running" ? LastStep.of(run.directory) : null
})

/** What picks runs out of all. */
export interface Picked {
  readonly status?: RunRecord["status"] | undefined
  readonly experiment?: string | undefined
  readonly arm?: string | undefined
  readonly text?: string | undefined
  readonly since?: string | undefined
  readonly after?: string | undefined
}

/** Reads a moment, in milliseconds since 1970; what is none picks nothing out. */
const momentOf = (text: string | undefined): number | undefined => {
  const moment = text === undefined || text === "" ? NaN : Date.parse(text)
  return Number.isNaN(moment) ? undefined : moment
}

/** Lists runs, the newest first, a page at a time. */
export const runs = Effect.fn("Views.runs")(function*({ since, ...picked }: Picked, length: number) {
  const asked = { ...picked, since: momentOf(since) }
  const filter = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value !== ""))
  const found = yield* (yield* Store).list({ ...filter, limit: length + 1 })
  const shown = found.slice(0, length)
  return {
    format: "ballast.runs/1" as const,
    runs: shown.map(row),
    next: found.length > length ? shown.at(-1)?.id ?? null : null
  }
})

/** Lists faults, the newest first, a page at a time. */
export const incidents = Effect.fn("Views.incidents")(
  function*({ after, run }: { readonly run?: string | undefined; readonly after?: string | undefined }, length: number) {
    const found = yield* (yield* Store).incidents({
      limit: length + 1,
      ...(run === undefined ? {} : { run }),
      ...(after === undefined ? {} : { after })
    })
    const shown = found.slice(0, length)
    return {
      format: "ballast.incidents/1" as const,
      incidents: shown,
      next: found.length > length ? shown.at(-1)?.id ?? null : null
    }
  }
)

const accountOf = (run: RunRecord, attempt: number): unknown => {
  const file = path.join(RunFolder.incident(RunFolder.attemptOf(run.directory, attempt)), "incident.json")
  return RunFiles.json(run.directory, file)
}

/** Finds a fault by its id, and what is told of it. Fails with NotFound. */
export const incident = Effect.fn("Views.incident")(function*(id: string) {
  const [incident] = yield* (yield* Store).incidents({ id, limit: 1 })
  if (incident === undefined) return yield* Contract.NotFound.of("there is no fault of this id")
  const of = yield* run(incident.run)
  const attempt = RunFacts.attempts(of).find(({ number }) => number === incident.attempt) ?? null
  return { incident, run: of, attempt, account: accountOf(of, incident.attempt) }
})

const mostIncidents = 100

/** Tells all of one run but its steps. Fails with NotFound. */
export const view = Effect.fn("Views.view")(function*(id: string) {
  const found = yield* run(id)
  const recipe = yield* RunFacts.recipe(found)
  return {
    format: "ballast.run-view/1" as const,
    run: row(found),
    directory: found.directory,
    result: found.result,
    attempts: RunFacts.attempts(found),
    incidents: yield* (yield* Store).incidents({ run: id, limit: mostIncidents }),
    plan: RunFacts.plan(found),
    recipe: recipe === null ? null : Recipe.encode(recipe),
    environment: RunFacts.environment(found),
    report: RunFiles.hasReport(found.directory)
  }
})

/** Draws a run's curves. Fails with NotFound. */
export const curves = Effect.fn("Views.curves")(function*(id: string, window: Curves.Window) {
  const found = yield* run(id)
  const { recording } = yield* (yield* Recordings).of(found.id, found.directory)
  return { format: "ballast.curves/1" as const, run: id, attempts: Curves.of(recording, window) }
})

/** How many runs are compared at once. */
export const mostCompared = 8

/** Reads the ids of the runs that are compared. */
export const comparedIds = (text: string): ReadonlyArray<string> =>
  [...new Set(text.split(",").map((id) => id.trim()).filter((id) => id !== ""))].slice(0, mostCompared)

/** Compares runs, each with the first. Fails with NotFound. */
export const compare = Effect.fn("Views.compare")(function*(ids: ReadonlyArray<string>) {
  const found = yield* Effect.forEach(ids, run)
  const sides = yield* Effect.forEach(found, (run) =>
    Effect.map(RunFacts.recipe(run), (recipe) => ({ id: run.id, recipe, plan: RunFacts.plan(run)?.arms[0] ?? null })))
  const [first] = sides
  return {
    found,
    document: {
      format: "ballast.comparison/1" as const,
      runs: found.map((run) => ({
        ...row(run),
        clipRate: run.result?.clipRate ?? null,
        gradNorm: run.result?.gradNorm ?? null,
        imagesPerSecond: run.result?.metrics.imagesPerSecond ?? null,
        remedied: run.result?.remedied ?? null
      })),
      differences: first === undefined ? [] : sides.slice(1).map((side) => Difference.of(first, side))
    }
  }
})

/** Looks over the queue. */
export const queue = Effect.gen(function*() {
  return { format: "ballast.queue/1" as const, ...(yield* (yield* Queue).overview) }
})

/** Lists what workers launch by themselves. */
export const triggers = Effect.gen(function*() {
  const queue = yield* Queue
  const now = yield* queue.now
  return {
    format: "ballast.triggers/1" as const,
    triggers: (yield* queue.triggers).map((trigger) => ({ ...trigger, times: Times.describe(trigger.fires, now) }))
  }
})

/** Says that the record was not reached, without the words of its driver, which may name accounts and hosts. */
export const unavailable: Contract.Unavailable = Contract.Unavailable.of(
  "the record of runs cannot be reached at present; the server's log says why"
)
