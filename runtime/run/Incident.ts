/**
 * Finding what replays a fault by what a person types.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Bundle from "../train/Bundle.ts"
import * as Home from "./Home.ts"
import * as Lookup from "./Lookup.ts"
import * as RunFolder from "./RunFolder.ts"
import { type RunRecord, Store } from "./Store.ts"

/** No fault that can be replayed has the id; `message` says why, and which do. */
export class IncidentNotFound extends Schema.TaggedError<IncidentNotFound>()("IncidentNotFound", {
  asked: Schema.String,
  message: Schema.String
}) {}

const idsOf = ({ directory, id }: RunRecord): ReadonlyArray<string> =>
  RunFolder.attempts(directory)
    .filter((attempt) => fs.existsSync(path.join(RunFolder.incident(attempt), "bundle.json")))
    .map((attempt) => `${id}.${path.basename(attempt)}`)
    .toReversed()

const notFound = (asked: string, what: string, known: ReadonlyArray<string>): IncidentNotFound =>
  new IncidentNotFound({
    asked,
    message: known.length === 0 ? `${what} left nothing to replay` : `${what} left ${known.join(", ")} to replay, and no "${asked}"`
  })

/** Finds the folder of `RUN.ATTEMPT`; a run alone stands for the last fault of its own. */
const folderOf = Effect.fnUntraced(function*(asked: string, home: string | null) {
  const { database } = yield* Home.existing(Home.directoryOf(home))
  const [, name = asked, attempt = null] = /^(.+)\.(\d+)$/.exec(asked) ?? []
  const run = yield* Effect.provide(Lookup.find(name), Store.layerSqlite(database))
  const known = idsOf(run)
  const id = attempt === null ? known.at(-1) : `${run.id}.${attempt}`
  if (id === undefined || !known.includes(id)) return yield* notFound(asked, `run ${run.id}`, known)
  return RunFolder.incident(RunFolder.attemptOf(run.directory, Number(id.slice(run.id.length + 1))))
})

/**
 * Opens what replays a fault, by its id, or by the folder that holds it. Fails with IncidentNotFound, RunNotFound where
 * there is no such run, and HomeUnusable.
 */
export const open = Effect.fn("Incident.open")(function*(asked: string, home: string | null) {
  const isFolder = fs.existsSync(path.join(asked, "bundle.json"))
  const folder = isFolder ? path.resolve(asked) : yield* folderOf(asked, home)
  return yield* Effect.try({
    try: () => Bundle.read(folder),
    catch: (cause) => new IncidentNotFound({ asked, message: cause instanceof Error ? cause.message : String(cause) })
  })
})
