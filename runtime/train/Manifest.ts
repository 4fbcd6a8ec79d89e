/**
 * What a checkpoint's folder is checked by: the size and the SHA-256 of every file, in a file with a checksum of its own.
 */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"
import type { Cursor } from "./Cursor.ts"
import * as EventLog from "./EventLog.ts"

const format = "ballast.checkpoint/2"

/** The document `checkpoint.json`; `updates` counts those that changed the state. */
export interface Manifest {
  readonly format: string
  readonly updates: number
  readonly cursor: Cursor
  /** What was written, by the file's name. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
}

const manifestName = "checkpoint.json"
/** One line as `sha256sum` writes it, so that `sha256sum -c` reads it, too. */
const sumName = `${manifestName}.sha256`

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const sumOf = (manifest: Uint8Array): string => `${sha256(manifest)}  ${manifestName}\n`

/** Writes a file. */
export type WriteFile = (file: string, bytes: Uint8Array) => void

/** Writes files into a folder, and what they are checked by. */
export const write = (
  directory: string,
  cursor: Cursor,
  updates: number,
  contents: ReadonlyArray<readonly [name: string, bytes: Uint8Array]>,
  writeFile: WriteFile
): void => {
  for (const [name, bytes] of contents) writeFile(path.join(directory, name), bytes)
  const files = Object.fromEntries(contents.map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]))
  const manifest: Manifest = { format, updates, cursor, files }
  const bytes = Buffer.from(`${JSON.stringify(JSON.parse(EventLog.encode(manifest)), null, 2)}\n`)
  writeFile(path.join(directory, manifestName), bytes)
  writeFile(path.join(directory, sumName), Buffer.from(sumOf(bytes)))
}

const contentOf = (directory: string, name: string): Buffer => {
  try {
    return fs.readFileSync(path.join(directory, name))
  } catch (cause) {
    throw new Error(Words.codeOf(cause) === "ENOENT" ? `${name} is missing` : `${name} cannot be read: ${Words.reasonOf(cause)}`, { cause })
  }
}

/** Tells of a manifest, even one that is not whole, whether another version wrote it. */
const otherFormat = (bytes: Buffer): string | null => {
  try {
    const { format: found } = JSON.parse(bytes.toString("utf8")) as Partial<Manifest>
    return typeof found !== "string" || found === format ? null : found
  } catch {
    return null
  }
}

/** Reads what the files of a folder are checked by. Throws an Error that says what is wrong where it is not as written. */
export const read = (directory: string): Manifest => {
  const bytes = contentOf(directory, manifestName)
  const found = otherFormat(bytes)
  if (found !== null) throw new Error(`its format is ${found}, and this version reads ${format}`)
  if (contentOf(directory, sumName).toString("utf8") !== sumOf(bytes)) {
    throw new Error(`${manifestName} is not what was written: its checksum differs`)
  }
  return EventLog.decode(bytes.toString("utf8")) as Manifest
}

/** Reads a file of a folder. Throws an Error that says what is wrong where it is missing, cut short or changed. */
export const fileOf = (directory: string, name: string, { files }: Manifest): Uint8Array => {
  const bytes = contentOf(directory, name)
  const written = files[name]
  if (written === undefined) throw new Error(`${manifestName} does not speak of ${name}`)
  if (bytes.length < written.bytes) throw new Error(`${name} is cut short: ${bytes.length} of ${written.bytes} bytes are there`)
  if (sha256(bytes) !== written.sha256) throw new Error(`${name} is not what was written: its checksum differs`)
  return bytes
}
