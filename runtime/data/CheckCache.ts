/**
 * What was found out about images, kept so that each is hashed and decoded once. It is a cache: a file that cannot be
 * read or written, or that is broken, only costs the time to look again.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createHash, randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

const format = "ballast.data-checks/1"

/** Raised whenever an image could be judged in another way than before. */
export const version = 2

/** An image's SHA-256 and its upright size, or the reason why it cannot be used. */
const Check = Schema.Struct({
  sha256: Schema.String,
  width: Schema.Int,
  height: Schema.Int,
  problem: Schema.NullOr(Schema.String)
})
export type Check = typeof Check.Type

const Kept = Schema.Struct({ ...Check.fields, size: Schema.Number, modified: Schema.String })
type Kept = typeof Kept.Type

const Document = Schema.Struct({
  format: Schema.Literal(format),
  version: Schema.Literal(version),
  directory: Schema.String,
  images: Schema.Record(Schema.String, Kept)
})

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Document))

/** A file's size and time of change, by which it is known again. */
export interface Stamp {
  readonly size: number
  /** Nanoseconds, which a number cannot hold. */
  readonly modified: string
}

/** Reads a file's stamp. Throws where it cannot be read. */
export const stampOf = (file: string): Stamp => {
  const { mtimeNs, size } = fs.statSync(file, { bigint: true })
  return { size: Number(size), modified: String(mtimeNs) }
}

export interface CheckCache {
  readonly get: (file: string, stamp: Stamp) => Check | null
  readonly set: (file: string, stamp: Stamp, check: Check) => void
  /** Writes what was asked for or set since the cache was opened, where that is anything new. */
  readonly save: () => void
}

const readKept = (file: string, directory: string): Readonly<Record<string, Kept>> => {
  try {
    const document = Option.getOrNull(decode(fs.readFileSync(file, "utf8")))
    return document?.directory === directory ? document.images : {}
  } catch {
    return {}
  }
}

const write = (file: string, text: string): void => {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    try {
      fs.writeFileSync(temporary, text)
      fs.renameSync(temporary, file)
    } finally {
      fs.rmSync(temporary, { force: true })
    }
  } catch {
    // The next start looks at the files again.
  }
}

/** Opens the cache of one data set's folder under `cache`. With `fresh`, what it holds is forgotten. */
export const open = (cache: string, directory: string, fresh: boolean): CheckCache => {
  const file = path.join(cache, `data-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}.json`)
  const before = new Map(Object.entries(fresh ? {} : readKept(file, directory)))
  const now = new Map<string, Kept>()
  let changed = fresh
  return {
    get: (name, { modified, size }) => {
      const kept = before.get(name)
      if (kept === undefined || kept.size !== size || kept.modified !== modified) return null
      now.set(name, kept)
      return kept
    },
    set: (name, stamp, check) => {
      changed = true
      now.set(name, { ...stamp, ...check })
    },
    save: () => {
      if (!changed && now.size === before.size) return
      const images = Object.fromEntries(now)
      write(file, `${JSON.stringify({ format, version, directory, images })}\n`)
    }
  }
}
