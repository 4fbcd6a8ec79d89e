/**
 * Finding what replays a fault by what a person types.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"
import * as Source from "../data/Source.ts"
import * as Bundle from "../train/Bundle.ts"
import * as Checkpoint from "../train/Checkpoint.ts"
import * as Home from "./Home.ts"
import * as Lookup from "./Lookup.ts"
import * as Recorded from "./Recorded.ts"
import * as RunFolder from "./RunFolder.ts"
import { Store } from "./Store.ts"
import type { RunRecord } from "./store/Listing.ts"

/** No fault has the id, or it cannot be replayed; `message` says why, and which have one. */
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
    message: known.length === 0
      ? `${what} left nothing to replay`
      : `${what} left ${known.join(", ")} to replay, and no "${asked}"`
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
    catch: (cause) => new IncidentNotFound({ asked, message: Words.reasonOf(cause) })
  })
})

const unusable = (asked: string, message: string): IncidentNotFound => new IncidentNotFound({ asked, message })

/** Opens a bundle's images as they are now. */
const imagesOf = ({ directory, recipe }: Bundle.Bundle, options: Source.Options) =>
  Source.open(recipe.data, {
    ...options,
    locations: Recorded.locations(options.locations, [RunFolder.ofIncident(directory)])
  })

/** Opens the images that a bundle was trained on. */
const sameImagesOf = Effect.fnUntraced(function*(bundle: Bundle.Bundle, options: Source.Options) {
  const { facts: { fingerprint, name }, run } = bundle.document
  const source = yield* imagesOf(bundle, options)
  if (source.facts.fingerprint === fingerprint) return source
  const place = source.directory === null ? "that are generated" : `in ${source.directory}`
  const message = `the images ${place} are not those that run ${run} was trained on: their fingerprint differs`
  return yield* new Source.DataMissing({ name, message })
})

/**
 * Demands of a bundle that its fault can be replayed, and opens its images where that takes them; null where it does not.
 * Fails with IncidentNotFound where the bundle lacks a part, and with DataMissing or DataFault where the images do.
 */
export const demand = Effect.fn("Incident.demand")(function*(bundle: Bundle.Bundle, options: Source.Options) {
  const { at, batches, directory, document: { fault, onset }, recipe, snapshots } = bundle
  if (fault.tag === "DataFault") return yield* imagesOf(bundle, options)
  const state = fault.tag === "Diverged" ? snapshots.findLast(({ step }) => step <= onset)?.directory : at
  if (state === undefined || state === null) return yield* unusable(directory, `${directory} holds no state from before the fault`)
  yield* Checkpoint.read(state).pipe(Effect.mapError(({ message }) => unusable(directory, message)))
  if (fault.tag === "Diverged") return yield* sameImagesOf(bundle, options)
  return batches.length < recipe.accumulate.batches
    ? yield* unusable(directory, `${directory} does not hold the batches of the failing step`)
    : null
})
