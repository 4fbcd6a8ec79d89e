/**
 * JSON files in COCO's formats: read as a whole, with words for what is wrong with them.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as v8 from "node:v8"
import type * as Issue from "../../dsl/Issue.ts"
import * as Words from "../../dsl/Words.ts"

/** A file of annotations or results cannot be used; `message` says why, and `issues` holds the first wrong entries. */
export class CocoInvalid extends Schema.TaggedError<CocoInvalid>()("CocoInvalid", {
  file: Schema.String,
  message: Schema.String,
  issues: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

const refuse = (file: string, what: string): CocoInvalid =>
  new CocoInvalid({ file, message: `${file} ${what}`, issues: [] })

const shownIssues = 10

/** Lists what is wrong in a file: the first ten places, and how many more there are. */
export const invalid = (file: string, issues: ReadonlyArray<Issue.Issue>): CocoInvalid => {
  const shown = issues.slice(0, shownIssues)
  const more = issues.length - shown.length
  const places = issues.length === 1 ? "1 place" : `${issues.length} places`
  return new CocoInvalid({
    file,
    message: [
      `${file} is wrong in ${places}`,
      ...shown.map(({ message, path }) => `  ${path === "" ? "" : `${path}: `}${message}`),
      ...(more > 0 ? [`  and ${more} more`] : [])
    ].join("\n"),
    issues: shown
  })
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`

/** For every byte of a file: its text and what that is parsed to. COCO's own, which hold outlines, take 3; others more. */
const bytesNeeded = 5

/** Running out of memory ends the process without a word, so that it is foreseen. */
const shortOf = (size: number): string | null => {
  const { heap_size_limit, used_heap_size } = v8.getHeapStatistics()
  const needed = size * bytesNeeded
  const free = heap_size_limit - used_heap_size
  return needed <= free
    ? null
    : `has ${megabytes(size)}, which takes about ${megabytes(needed)} of memory, and Node has ${megabytes(free)} left: `
      + `set NODE_OPTIONS=--max-old-space-size=${Math.ceil((needed + used_heap_size) / 2 ** 20)}, or leave out of it what `
      + "is not needed, such as segmentations"
}

const readText = (file: string): string => {
  const found = fs.statSync(file)
  if (!found.isFile()) throw refuse(file, found.isDirectory() ? "is a folder" : "is no file")
  const short = shortOf(found.size)
  if (short !== null) throw refuse(file, short)
  return fs.readFileSync(file, "utf8").replace(/^\ufeff/, "")
}

const unreadable = (file: string, cause: unknown): CocoInvalid => {
  if (cause instanceof CocoInvalid) return cause
  switch (Words.codeOf(cause)) {
    case "ENOENT":
    case "ENOTDIR":
      return new CocoInvalid({ file, message: `there is no file ${file}`, issues: [] })
    case "ERR_STRING_TOO_LONG":
      return refuse(file, "is too large to be read: leave out of it what is not needed, such as segmentations")
    default:
      return refuse(file, `cannot be read: ${Words.reasonOf(cause)}`)
  }
}

const notJson = (file: string, text: string, cause: unknown): CocoInvalid =>
  text.trim() === ""
    ? refuse(file, "is empty")
    : refuse(
      file,
      `is not JSON: ${Words.reasonOf(cause).split("\n")[0]}`
        + (/\b(NaN|Infinity)\b/.test(text) ? "; JSON has no NaN and no Infinity, which Python writes all the same" : "")
    )

/** Reads and parses a file. Fails with CocoInvalid. */
export const read = Effect.fn("CocoFile.read")(function*(file: string) {
  const text = yield* Effect.try({ try: () => readText(file), catch: (cause) => unreadable(file, cause) })
  return yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (cause) => notJson(file, text, cause)
  })
})
