/**
 * Which files of a checkout that nobody trusts an import may reach.
 */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

/** A file that may be read. `path` is its own path in the checkout, with every symlink followed. */
export interface Admitted {
  readonly path: string
}

/** `refused` says what is wrong with it, as in "leads outside the repository". */
export interface NotAdmitted {
  readonly refused: string
}

/** What a file is made of, and the hash that tells whether it changed. */
export interface Contents {
  readonly bytes: Buffer
  readonly sha256: string
}

const readable = /\.(ts|mts|js|mjs|json)$/

/** The largest file that is read, in bytes. */
export const largest = 1 << 20

/** Names that are another program's business, also where the disk does not tell letters' cases apart. */
const closed = new Set([".git", "node_modules"])

const closedIn = (file: string): string | undefined => file.split("/").find((name) => closed.has(name.toLowerCase()))

/** Tells whether a file of a checkout, by its path there, is one of those that imports may reach. */
export const isReadable = (file: string): boolean => readable.test(file) && closedIn(file) === undefined

/** The file itself, or what TypeScript means by it. */
const candidates = (file: string): ReadonlyArray<string> => [
  file,
  `${file}.ts`,
  file.replace(/\.(m?)js$/, ".$1ts")
]

const isInside = (root: string, file: string): boolean => file.startsWith(root + path.sep)

const outside: NotAdmitted = { refused: "leads outside the repository" }

const realFile = (file: string): string | null => {
  try {
    const real = fs.realpathSync.native(file)
    return fs.statSync(real).isFile() ? real : null
  } catch {
    return null
  }
}

/** Finds what an import of `specifier` in the file `importer` reaches; `root` is a real path, `importer` is in it. */
export const admit = (root: string, importer: string, specifier: string): Admitted | NotAdmitted => {
  const wanted = path.resolve(root, path.dirname(importer), specifier)
  if (!isInside(root, wanted)) return outside
  const real = candidates(wanted).map(realFile).find((file) => file !== null)
  if (real === undefined) return { refused: "is not there" }
  if (!isInside(root, real)) return outside
  const found = path.relative(root, real).replaceAll(path.sep, "/")
  const shut = closedIn(found)
  if (shut !== undefined) return { refused: `lies in ${shut}, of which nothing is read` }
  if (!readable.test(found)) return { refused: "is no .ts, .mts, .js, .mjs or .json file" }
  return { path: found }
}

/** Reads a file that was admitted. */
export const read = (root: string, admitted: string): Contents | NotAdmitted => {
  // Neither a symlink nor a pipe that has taken the file's place since is followed or waited for.
  const flags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK
  const descriptor = fs.openSync(path.join(root, admitted), flags)
  try {
    const standing = fs.fstatSync(descriptor)
    if (!standing.isFile()) return { refused: "is no file" }
    if (standing.size > largest) return { refused: `is larger than ${largest >> 20} MiB` }
    const bytes = fs.readFileSync(descriptor)
    return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") }
  } finally {
    fs.closeSync(descriptor)
  }
}
