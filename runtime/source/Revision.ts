/**
 * A revision of a git repository as files in a private folder: what experiments can be made of, and nothing of it run.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"
import * as Admission from "./Admission.ts"
import * as ExperimentFiles from "./ExperimentFiles.ts"
import * as Git from "./Git.ts"
import * as Refused from "./Refused.ts"
import * as TreeName from "./TreeName.ts"

/** A revision that cannot be read as files; `message` says which, why, and what to do. */
export class RevisionUnreadable extends Schema.TaggedError<RevisionUnreadable>()("RevisionUnreadable", {
  revision: Schema.String,
  message: Schema.String
}) {}

/** A file that the revision names and that was not written. */
export interface LeftOut {
  /** In one line, so that it may differ from the name in the tree. */
  readonly path: string
  readonly reason: string
  /** What tells its content apart. */
  readonly content: string
  /** Whether it could be an experiment, or hold some, where the revision is checked out. */
  readonly hides: boolean
}

export interface Revision {
  readonly commit: string
  /** The folder that holds the files, each by its path in the repository. */
  readonly root: string
  /** Where in the repository the folder lies that was asked about; empty at its top. */
  readonly project: string
  /** Every file of the revision whose name a disk can hold, written or not: its path, and what tells its content apart. */
  readonly contents: ReadonlyMap<string, string>
  /** Those that decide what experiments come to: sources, and symlinks, which lead to some. */
  readonly sources: ReadonlySet<string>
  /** The files that could be experiments. */
  readonly experiments: ReadonlyArray<string>
  readonly leftOut: ReadonlyArray<LeftOut>
}

const mostFiles = 20_000
const mostBytes = 256 << 20

const longestTarget = 1024

const modes = { symlink: "120000", submodule: "160000" }

/** What Git LFS keeps in a repository instead of a file. */
const pointerStart = "version https://git-lfs.github.com/spec/"
const longestPointer = 1024

interface Chosen {
  readonly path: string
  readonly entry: Git.Entry
}

/** A link is no experiment wherever it lies. */
const hides = ({ legible, mode }: Git.Entry, project: string): boolean =>
  mode !== modes.symlink && ExperimentFiles.couldLieAt(legible, project, mode === modes.submodule ? "folder" : "file")

/** A file may hold what a symlink leads to, and git keeps both under one id. */
const contentOf = ({ id, mode }: Git.Entry): string => mode === modes.symlink ? `symlink ${id}` : id

/** Chooses what is written, and says of the rest why it is not where somebody could expect it. */
const choose = (entries: ReadonlyArray<Git.Entry>, project: string): {
  readonly chosen: ReadonlyArray<Chosen>
  readonly leftOut: ReadonlyArray<LeftOut>
} => {
  const chosen: Array<Chosen> = []
  const leftOut: Array<LeftOut> = []
  for (const entry of entries) {
    const leave = (reason: string): void => {
      const path = Refused.oneLine(entry.path ?? "a name that is no UTF-8")
      leftOut.push({ path, reason, content: contentOf(entry), hides: hides(entry, project) })
    }
    const refused = entry.path === null ? "has a name that is no UTF-8" : TreeName.refused(entry.path)
    if (entry.path === null || refused !== null) leave(refused ?? "")
    else if (entry.mode === modes.submodule) leave("is a submodule, whose files are another repository's")
    else if (entry.mode === modes.symlink && (entry.size ?? 0) > longestTarget) leave("is a symlink to too long a name")
    else if (entry.mode === modes.symlink) chosen.push({ path: entry.path, entry })
    else if (!Admission.isReadable(entry.path)) continue
    else if ((entry.size ?? 0) > Admission.largest) leave(`is larger than ${Admission.largest >> 20} MiB`)
    else chosen.push({ path: entry.path, entry })
  }
  return { chosen, leftOut }
}

/** Makes a file or a symlink where there is nothing yet, and says why that cannot be done. */
const make = (root: string, file: string, at: (placed: string) => void): string | null => {
  const placed = path.join(root, file)
  try {
    fs.mkdirSync(path.dirname(placed), { recursive: true })
    at(placed)
    return null
  } catch (cause) {
    const code = Words.codeOf(cause)
    // A tree that git did not make itself can hold a name twice, and a disk may take two names for one.
    if (code === "EEXIST" || code === "ENOTDIR") return "takes the place of another file"
    throw cause
  }
}

/** Tells whether a symlink has taken a folder's place, and what is made in it would lie elsewhere. */
const isBent = (root: string, folder: string): boolean =>
  folder !== root
  && (isBent(root, path.dirname(folder)) || fs.lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true)

const makeLink = (root: string, file: string, target: string): string | null =>
  isBent(root, path.dirname(path.join(root, file)))
    ? "takes the place of another file"
    : make(root, file, (placed) => fs.symlinkSync(target, placed))

/** Writes the files first and the symlinks last, so that no file is written by way of a symlink. */
const write = Effect.fn("Revision.write")(function*(
  { project, repository, root }: { readonly repository: string; readonly project: string; readonly root: string },
  chosen: ReadonlyArray<Chosen>
) {
  const leftOut: Array<LeftOut> = []
  const leave = ({ entry, path }: Chosen, reason: string | null): void => {
    if (reason !== null) leftOut.push({ path, reason, content: contentOf(entry), hides: hides(entry, project) })
  }
  const links: Array<{ readonly link: Chosen; readonly target: string }> = []
  yield* Git.read(repository, chosen.map(({ entry }) => entry.id), (index, bytes) => {
    const file = chosen[index] as Chosen
    const text = (): string => bytes.toString("utf8")
    if (file.entry.mode === modes.symlink) links.push({ link: file, target: text() })
    else if (bytes.length < longestPointer && text().startsWith(pointerStart)) {
      leave(file, "is a pointer of Git LFS; what it points to is not in the repository")
    } else leave(file, make(root, file.path, (placed) => fs.writeFileSync(placed, bytes, { flag: "wx" })))
  })
  for (const { link, target } of links) {
    const refused = TreeName.refusedTarget(link.path, target)
    leave(
      link,
      refused === null
        ? makeLink(root, link.path, target)
        : `is a symlink to ${Refused.oneLine(target)}, which ${refused}`
    )
  }
  return leftOut
})

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-revision-")))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const commitOf = (folder: string, revision: string) =>
  Git.commitOf(folder, revision).pipe(Effect.mapError((failed) => ({
    // Git says nothing more of a revision that is not there.
    message: failed.code === 1 ? `there is none in ${folder}: git fetch origin ${revision} may bring it` : failed.message
  })))

const sum = (chosen: ReadonlyArray<Chosen>): number => chosen.reduce((bytes, { entry }) => bytes + (entry.size ?? 0), 0)

/**
 * Writes the files of a revision that experiments can be made of into a folder of its own, which is removed with the
 * scope. `folder` is the repository or a folder in it. Fails with RevisionUnreadable.
 */
export const materialise = Effect.fn("Revision.materialise")(
  function*(folder: string, revision: string) {
    const commit = yield* commitOf(folder, revision)
    const project = yield* Git.prefixOf(folder)
    const entries = yield* Git.list(folder, commit)
    const { chosen, leftOut } = choose(entries, project)
    if (chosen.length > mostFiles) return yield* Effect.fail({ message: `it holds more than ${mostFiles} files to read` })
    if (sum(chosen) > mostBytes) return yield* Effect.fail({ message: `it holds more than ${mostBytes >> 20} MiB to read` })
    const root = yield* temporaryFolder
    const notWritten = yield* write({ repository: folder, project, root }, chosen)
    return {
      commit,
      root,
      project,
      contents: new Map(entries.flatMap((entry) =>
        entry.path === null || TreeName.refused(entry.path) !== null ? [] : [[entry.path, contentOf(entry)] as const]
      )),
      sources: new Set(chosen.map(({ path }) => path)),
      experiments: ExperimentFiles.list(root, project),
      leftOut: [...leftOut, ...notWritten].toSorted((left, right) => left.path < right.path ? -1 : 1)
    } satisfies Revision
  },
  (effect, _, revision) =>
    Effect.mapError(effect, ({ message }) =>
      new RevisionUnreadable({ revision, message: `revision ${Refused.oneLine(revision)} cannot be read: ${message}` }))
)
