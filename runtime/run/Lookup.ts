/**
 * Finding one run by what a person types.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type RunRecord, Store } from "./Store.ts"

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
