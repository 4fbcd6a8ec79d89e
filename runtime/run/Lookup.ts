/**
 * Finding one run by what a person types.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type LaunchRecord, type RunRecord, Store } from "./Store.ts"

/** No run, or more than one, has the id; `message` lists what there is. */
export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", {
  asked: Schema.String,
  message: Schema.String
}) {}

const shown = 8

/** Finds a run by its id, or by a beginning of it that no other has; `last` is the last run
 * of the newest launch. Fails with RunNotFound. */
export const find = Effect.fn("Lookup.find")(function*(asked: string) {
  const store = yield* Store
  const all = yield* store.list
  const notFound = (what: string, some: ReadonlyArray<RunRecord>) =>
    new RunNotFound({
      asked,
      message: [what, ...some.slice(0, shown).map(({ arm, experiment, id, seed }) => `  ${id}  ${experiment}, ${arm}, seed ${seed}`)]
        .join("\n")
    })
  if (all.length === 0) return yield* notFound("there are no runs yet: npx ballast run FILE makes some", [])
  const exact = asked === "last"
    ? all.findLast(({ launch }) => launch === all[0]?.launch)
    : all.find(({ id }) => id === asked)
  if (exact !== undefined) return exact
  const matching = all.filter(({ id }) => id.startsWith(asked))
  const [only] = matching
  if (only !== undefined && matching.length === 1) return only
  return yield* matching.length === 0
    ? notFound(`there is no run "${asked}"; the newest are`, all)
    : notFound(`"${asked}" begins the ids of ${matching.length} runs`, matching)
})

/** A launch, and those of its runs that were asked for. */
export interface FoundLaunch {
  readonly launch: LaunchRecord
  /** All of its runs, in their order. */
  readonly runs: ReadonlyArray<RunRecord>
  readonly asked: ReadonlyArray<RunRecord>
}

/**
 * Finds a launch by its id, by a beginning of it that no other has, or by one of its runs, which alone is then asked for;
 * `last` is the newest launch. Fails with RunNotFound.
 */
export const launch = Effect.fn("Lookup.launch")(function*(asked: string) {
  const store = yield* Store
  const all = yield* store.list
  const ids = [...new Set(all.map(({ launch }) => launch))]
  const beginning = ids.filter((id) => id.startsWith(asked))
  const [newest] = ids
  const id = asked === "last" && newest !== undefined
    ? newest
    : ids.find((id) => id === asked) ?? (beginning.length === 1 ? beginning[0] : undefined)
  const run = id === undefined ? yield* find(asked) : null
  const record = yield* store.launch(run?.launch ?? id ?? "")
  if (record === null) return yield* Effect.die(new Error("a run of no launch"))
  const runs = all.filter(({ launch }) => launch === record.id)
  const found: FoundLaunch = { launch: record, runs, asked: run === null ? runs : [run] }
  return found
})
