/**
 * The files to be looked at: finding and reading them. A file that nobody trusts decides nothing here, so that a link in
 * a pull request does not have some other file shown.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as SourceText from "./SourceText.ts"

/** A file that was named is not there, or cannot hold an experiment; `message` lists all of them. */
export class NoSource extends Schema.TaggedError<NoSource>()("NoSource", { message: Schema.String }) {}

/** Where a file lies. */
export interface Location {
  /** As its reader would write it: from the working directory, where it lies there. */
  readonly file: string
  readonly path: string
  /** What its imports may not leave: the folder `experiments` that it lies in, or else its own. */
  readonly folder: string
}

/** A file that was read. */
export interface Read extends Location {
  readonly text: SourceText.SourceText
}

/** A file that was not, and why. */
export interface Refused extends Location {
  readonly refused: string
}

const extensions = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx"]

/** Tells programs by their names from what declares the types of one, and from all else. */
export const isSource = (name: string): boolean => extensions.includes(path.extname(name)) && !/\.d\.[cm]?ts$/.test(name)

/** No experiment comes near it, and nobody reviews one that does. */
const mostBytes = 1 << 18

const isInside = (file: string, folder: string): boolean =>
  file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)

const isProject = (folder: string): boolean =>
  ["package.json", ".git"].some((name) => fs.existsSync(path.join(folder, name)))

/** Finds the folder that a file's imports may not leave; what a whole project lies in is none. */
const folderOf = (file: string): string => {
  const own = path.dirname(file)
  for (let folder = own; ; folder = path.dirname(folder)) {
    if (path.basename(folder) === "experiments") return folder
    if (folder === path.dirname(folder) || isProject(folder)) return own
  }
}

const locate = (file: string, cwd: string): Location => ({
  path: file,
  folder: folderOf(file),
  file: isInside(file, cwd) ? path.relative(cwd, file) : file
})

/** Tells whether what lies in a folder, as its path has it, lies there still once links are followed. */
const staysInside = (file: string, folder: string): boolean =>
  !isInside(file, folder) || isInside(fs.realpathSync(file), fs.realpathSync(folder))

/** Reads a file, unless it is a link that leads away, or is not text. */
const read = (location: Location, cwd: string): Read | Refused => {
  const refuse = (refused: string): Refused => ({ ...location, refused })
  try {
    const real = fs.realpathSync(location.path)
    const stays = staysInside(location.path, location.folder) && staysInside(location.path, cwd)
    if (!stays) return refuse("is a link that leads out of its folder")
    const stat = fs.statSync(real)
    if (!stat.isFile()) return refuse("is no file")
    if (stat.size > mostBytes) return refuse(`is larger than ${mostBytes} bytes`)
    const text = SourceText.decode(fs.readFileSync(real))
    return text === null ? refuse("is not text in UTF-8") : { ...location, text }
  } catch (cause) {
    return refuse(`cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`)
  }
}

/** Lists the sources in a folder and those below it, in the same order everywhere. Links to folders are not followed. */
const within = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync(folder, { withFileTypes: true })
    .toSorted((left, right) => left.name < right.name ? -1 : 1)
    .flatMap((entry) => {
      if (entry.name.startsWith(".") || entry.name === "node_modules") return []
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) return within(file)
      return isSource(entry.name) ? [file] : []
    })

/** Lists what lies beside a file: all experiments, or in another folder that folder's files alone. */
const besideIn = (folder: string): ReadonlyArray<string> =>
  path.basename(folder) === "experiments"
    ? within(folder)
    : fs.readdirSync(folder).filter(isSource).map((name) => path.join(folder, name)).toSorted()

/** Says why a file that was named cannot be looked at; null where it can. */
const wrong = (name: string, file: string): string | null => {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return `there is no file ${name}`
  return stat.isDirectory() || isSource(file)
    ? null
    : `${name} is no experiment's file: those end in ${extensions.slice(0, 2).join(", ")}, ${extensions.slice(4, 6).join(" or ")}`
}

const realOf = (file: string): string => {
  try {
    return fs.realpathSync(file)
  } catch {
    return file
  }
}

/** Takes each file once, whatever names lead to it. */
const once = (files: ReadonlyArray<string>, taken: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  const seen = new Set(taken.map(realOf))
  return files.filter((file) => {
    const real = realOf(file)
    const isNew = !seen.has(real)
    seen.add(real)
    return isNew
  })
}

/**
 * Reads the files and folders that were named, or else all of `experiments/`, and what lies beside them. Fails with
 * NoSource where something that was named is not there.
 */
export const open = Effect.fn("Sources.open")(function*(names: ReadonlyArray<string>, cwd: string) {
  const asked = names.length > 0 ? names : ["experiments"]
  if (names.length === 0 && !fs.existsSync(path.join(cwd, "experiments"))) {
    return yield* new NoSource({ message: "there is no folder experiments here: name the files to look at" })
  }
  const files = asked.map((name) => ({ name, file: path.resolve(cwd, name) }))
  const missing = files.flatMap(({ file, name }) => wrong(name, file) ?? [])
  if (missing.length > 0) return yield* new NoSource({ message: missing.join("\n") })
  return yield* Effect.try({
    try: () => {
      const wanted = once(files.flatMap(({ file }) => fs.statSync(file).isDirectory() ? within(file) : [file]))
      const folders = new Set(wanted.map(folderOf))
      const beside = once([...folders].flatMap(besideIn), wanted)
      const readAll = (files: ReadonlyArray<string>) => files.map((file) => read(locate(file, cwd), cwd))
      // What lies beside is not looked at; its names and exports count.
      return { files: readAll(wanted), beside: readAll(beside) }
    },
    catch: (cause) => new NoSource({ message: `the files cannot be listed: ${(cause as Error).message}` })
  })
})
