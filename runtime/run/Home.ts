/**
 * The folder that runs are kept in.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"

/** The folder cannot be used; `message` says why, and what to do. */
export class HomeUnusable extends Schema.TaggedError<HomeUnusable>()("HomeUnusable", {
  directory: Schema.String,
  message: Schema.String
}) {}

/** Absolute paths of everything that is kept in a home. */
export interface Home {
  readonly directory: string
  readonly database: string
  readonly runs: string
  readonly cache: string
}

/** Names the home: the folder that is asked for, else `BALLAST_HOME`, else `.ballast` where the command is run. */
export const directoryOf = (asked: string | null): string => {
  const named = asked ?? process.env["BALLAST_HOME"]
  return path.resolve(named === undefined || named === "" ? ".ballast" : named)
}

/** Names what is kept in a home, whether it is there or not. */
export const at = (directory: string): Home => ({
  directory,
  database: path.join(directory, "ballast.db"),
  runs: path.join(directory, "runs"),
  cache: path.join(directory, "cache")
})

/** File systems that several hosts write to, by the number that statfs tells: SQLite's shared memory fails on them. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"]
])

/** Names the file system of a folder where several hosts write to it, and no home can be kept; null elsewhere. */
export const networkFileSystem = (directory: string): string | null =>
  networkFileSystems.get(fs.statfsSync(directory).type >>> 0) ?? null

const isFolder = (folder: string): boolean => fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true

/** Makes a folder and those above it. Node's own way does not return where one cannot be made in a folder that is there. */
const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return
  makeFolder(path.dirname(folder))
  try {
    fs.mkdirSync(folder)
  } catch (cause) {
    // Another process may have been first.
    if (!isFolder(folder)) throw cause
  }
}

/**
 * Makes a home ready to be written to. It keeps itself out of git. One whose record lies in a database elsewhere may be
 * `shared` by hosts. Fails with HomeUnusable.
 */
export const open = Effect.fn("Home.open")(function*(directory: string, { shared = false }: { readonly shared?: boolean } = {}) {
  const home = at(directory)
  const fileSystem = yield* Effect.try({
    try: () => {
      makeFolder(home.runs)
      makeFolder(home.cache)
      const ignore = path.join(directory, ".gitignore")
      if (!fs.existsSync(ignore)) fs.writeFileSync(ignore, "*\n")
      return networkFileSystem(directory)
    },
    catch: (cause) =>
      new HomeUnusable({
        directory,
        message: `${directory} cannot be written to: ${Words.reasonOf(cause)}. `
          + "Name another folder with --home or BALLAST_HOME"
      })
  })
  if (fileSystem !== null && !shared) {
    return yield* new HomeUnusable({
      directory,
      message: `${directory} lies on ${fileSystem}, where the runs' database cannot be kept safe. `
        + "Name a folder on a local disk with --home or BALLAST_HOME"
    })
  }
  return home
})

/** Tells whether anything was ever run in a home. */
export const hasRuns = ({ database }: Home): boolean => fs.existsSync(database)

/** Finds a home that holds runs. Fails with HomeUnusable where nothing was ever run there. */
export const existing = (directory: string): Effect.Effect<Home, HomeUnusable> => {
  const home = at(directory)
  return hasRuns(home)
    ? Effect.succeed(home)
    : Effect.fail(
      new HomeUnusable({
        directory,
        message: `${directory} holds no runs: npx ballast run FILE makes some, --home names another folder`
      })
    )
}
