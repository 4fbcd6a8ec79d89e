/**
 * Finding one run by what a person types.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type LaunchRecord, Store } from "./Store.ts"
import type { RunRecord } from "./store/Listing.ts"

/** No run, or more than one, has the id; `message` lists what there is. */
export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", {
  asked: Schema.String,
  message: Schema.String
}) {}

const shown = 8

const notFound = (asked: string, what: string, some: ReadonlyArray<RunRecord>): RunNotFound =>
  new RunNotFound({
    asked,
    message: [what, ...some.slice(0, shown).map(({ arm, experiment, id, seed }) => `  ${id}  ${experiment}, ${arm}, seed ${seed}`)]
      .join("\n")
  })

/** Lists the runs of the newest launch. Fails with RunNotFound where nothing was launched yet. */
const newest = Effect.fnUntraced(function*(asked: string) {
  const store = yield* Store
  const [first] = yield* store.list({ limit: 1 })
  return first === undefined
    ? yield* notFound(asked, "there are no runs yet: npx ballast run FILE makes some", [])
    : yield* store.list({ launch: first.launch })
})

/** `what` names all that might have been asked for, for where there is none. */
const runOf = Effect.fnUntraced(function*(asked: string, what: string) {
  const store = yield* Store
  const newestRuns = yield* newest(asked)
  const last = newestRuns.at(-1)
  if (asked === "last" && last !== undefined) return last
  const matching = yield* store.list({ prefix: asked })
  const [first] = matching
  const exact = matching.find(({ id }) => id === asked)
  if (exact !== undefined) return exact
  if (first !== undefined && matching.length === 1) return first
  return yield* matching.length === 0
    ? notFound(asked, `there is no ${what} "${asked}"; the newest are`, yield* store.list({ limit: shown }))
    : notFound(asked, `"${asked}" begins the ids of ${matching.length} runs`, matching)
})

/** Finds a run by its id, or by a beginning of it that no other has; `last` is the last run
 * of the newest launch. Fails with RunNotFound. */
export const find = Effect.fn("Lookup.find")((asked: string) => runOf(asked, "run"))

/** A launch, and those of its runs that were asked for. */
export interface FoundLaunch {
  readonly launch: LaunchRecord
  /** All of its runs, in their order. */
  readonly runs: ReadonlyArray<RunRecord>
  readonly asked: ReadonlyArray<RunRecord>
}

const launchOf = Effect.fnUntraced(function*(asked: string, what: string) {
  const store = yield* Store
  const runsOf = (launch: string) => store.list({ launch })
  const matching = asked === "last" ? yield* newest(asked) : yield* store.list({ prefix: asked })
  const launches = [...new Set(matching.map(({ launch }) => launch))]
  const [only] = launches
  const id = launches.find((launch) => launch === asked) ?? (launches.length === 1 && only?.startsWith(asked) ? only : undefined)
  const run = asked === "last" || id !== undefined ? null : yield* runOf(asked, what)
  const record = yield* store.launch(run?.launch ?? id ?? only ?? "")
  if (record === null) return yield* Effect.die(new Error("a run of no launch"))
  const runs = yield* runsOf(record.id)
  const found: FoundLaunch = { launch: record, runs, asked: run === null ? runs : [run] }
  return found
})

/**
 * Finds a launch by its id, by a beginning of it that no other has, or by one of its runs, which alone is then asked for;
 * `last` is the newest launch. Fails with RunNotFound.
 */
export const launch = Effect.fn("Lookup.launch")((asked: string) => launchOf(asked, "run or launch"))

/** Finds a launch as `launch` does, or the newest one of an experiment by its name. Fails with RunNotFound. */
export const launchOrExperiment = Effect.fn("Lookup.launchOrExperiment")(function*(asked: string) {
  const store = yield* Store
  const [ofName] = yield* store.list({ experiment: asked, limit: 1 })
  return yield* launchOf(ofName?.launch ?? asked, "run, launch or experiment")
})
