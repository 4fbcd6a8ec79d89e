/**
 * A run's folder by itself, wherever it lies: what it says is data that anybody may have written, and is believed in
 * nothing that leads out of it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import { DataFault } from "../../dsl/Fault.ts"
import * as Words from "../../dsl/Words.ts"
import { RunNotFound } from "./Lookup.ts"
import * as Owner from "./Owner.ts"
import * as RunFolder from "./RunFolder.ts"
import type { RunRecord } from "./store/Listing.ts"

/** What a folder tells of its run, as its record would. */
export type CarriedRun = Pick<
  RunRecord,
  "id" | "launch" | "experiment" | "arm" | "seed" | "status" | "reason" | "directory" | "started" | "result"
>

const isFile = (file: string): boolean => {
  try {
    return fs.statSync(file).isFile()
  } catch {
    return false
  }
}

/** Tells whether an argument names a folder, and no run of a home: by a separator, or because a run's folder lies there. */
export const isNamedBy = (asked: string): boolean =>
  asked.includes("/") || asked.includes(path.sep) || isFile(RunFolder.acceptanceFile(path.resolve(asked)))

/** More than any run has: reading a folder that goes deeper, or holds more, might not end. */
const most = { depth: 8, entries: 1_000_000 }
/** How long a document is at most, which is read as a whole, and all event logs together, whose figures are held at once. */
const mostBytes = { document: 16 << 20, events: 1 << 30 }
const mebibyte = 1 << 20

/** A run that is under way removes what it has written under other names first. */
const entriesOf = (folder: string): ReadonlyArray<fs.Dirent> => {
  try {
    return fs.readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    if (Words.codeOf(cause) === "ENOENT") return []
    throw cause
  }
}

const sizeOf = (file: string): number => fs.lstatSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Finds what keeps a folder from being read to its end, and from being all that is read; null for nothing. */
const obstacle = (directory: string): string | null => {
  const events = path.basename(RunFolder.events(""))
  const counted = { entries: 0, events: 0 }
  const inEntry = (entry: fs.Dirent, depth: number): string | null => {
    const file = path.join(entry.parentPath, entry.name)
    if (++counted.entries > most.entries) return `${directory} holds more than ${most.entries} files`
    if (entry.isSymbolicLink()) return `${file} is a link, and nothing outside of a run's folder is read for it: remove it`
    if (entry.isDirectory()) return inFolder(file, depth + 1)
    if (!entry.isFile()) return `${file} is neither a file nor a folder: remove it`
    if (entry.name === events) counted.events += sizeOf(file)
    if (counted.events > mostBytes.events) return `the events in ${directory} take more than ${mostBytes.events / mebibyte} MiB`
    return entry.name.endsWith(".json") && sizeOf(file) > mostBytes.document
      ? `${file} takes more than ${mostBytes.document / mebibyte} MiB, as no document of a run does`
      : null
  }
  const inFolder = (folder: string, depth: number): string | null => {
    if (depth > most.depth) return `${folder} lies deeper than a run's folder goes`
    for (const entry of entriesOf(folder)) {
      const found = inEntry(entry, depth)
      if (found !== null) return found
    }
    return null
  }
  return inFolder(directory, 0)
}

const Accepted = Schema.Struct({
  /** It becomes part of files' names. */
  run: Schema.String.check(Schema.isPattern(/^[\w-]{1,100}$/)),
  seed: Schema.Natural,
  owner: Schema.Struct({ host: Schema.String, pid: Schema.Natural, born: Schema.NullOr(Schema.String) })
})

const Planned = Schema.Struct({
  experiment: Schema.String,
  arms: Schema.NonEmptyArray(Schema.Struct({ arm: Schema.String }))
})

const Ended = Schema.NullOr(Schema.Struct({ status: Schema.Literals(["succeeded", "failed", "cancelled", "interrupted"]) }))

const readAs = <A>(schema: Schema.Decoder<A>, file: string, read: () => unknown): A => {
  const decoded = Schema.decodeUnknownOption(schema)(read())
  if (Option.isSome(decoded)) return decoded.value
  throw new DataFault({ sample: null, message: `${file} is not what a run leaves there` })
}

const notFound = (asked: string, message: string): RunNotFound => new RunNotFound({ asked, message })

const found = (asked: string): CarriedRun => {
  const directory = path.resolve(asked)
  const kind = fs.statSync(directory, { throwIfNoEntry: false })
  if (kind === undefined) throw notFound(asked, `there is no folder ${asked}`)
  if (!kind.isDirectory()) throw notFound(asked, `${asked} is no folder: name the one that the run lies in`)
  const missing = ["attempt.json", "plan.json", "recipe.json"].find((name) => !isFile(path.join(directory, name)))
  if (missing !== undefined) {
    throw notFound(asked, `${asked} is no folder of a run that has begun: it has no ${missing}. A home has such folders in runs/`)
  }
  const why = obstacle(directory)
  if (why !== null) throw new DataFault({ sample: null, message: why })
  const { owner, run: id, seed } = readAs(Accepted, RunFolder.acceptanceFile(directory), () => RunFolder.acceptance(directory))
  const { arms: [{ arm }], experiment } = readAs(Planned, path.join(directory, "plan.json"), () => RunFolder.plan(directory))
  const ended = readAs(Ended, path.join(directory, "result.json"), () => RunFolder.result(directory))
  return {
    id,
    launch: "",
    experiment,
    arm,
    seed,
    status: ended?.status ?? (Owner.lives(owner) ? "running" : "interrupted"),
    reason: null,
    directory,
    started: null,
    result: null
  }
}

/**
 * Reads what a run's folder says of it. Fails with RunNotFound where there is no such folder, and with DataFault where it
 * is not as a run leaves it: a link in it, say, or a document that is none.
 */
export const read = Effect.fn("Carried.read")((asked: string): Effect.Effect<CarriedRun, DataFault | RunNotFound> =>
  Effect.try({
    try: () => found(asked),
    catch: (cause) =>
      cause instanceof DataFault || cause instanceof RunNotFound
        ? cause
        : new DataFault({ sample: null, message: `${asked} cannot be read: ${Words.reasonOf(cause)}` })
  })
)
