/**
 * What is wrong with a value: where, what was expected, what was there.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

export interface Issue {
  /** Such as `arms.clip.clip.maxNorm`; empty for the value as a whole. */
  readonly path: string
  readonly message: string
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

type Key = string | number | symbol

const keyOf = (segment: PropertyKey | { readonly key: PropertyKey }): Key =>
  typeof segment === "object" ? segment.key : segment

const at = (input: unknown, path: ReadonlyArray<Key>): unknown =>
  path.reduce<unknown>(
    (value, key) => typeof value === "object" && value !== null ? (value as Record<Key, unknown>)[key] : undefined,
    input
  )

/** Shows a value in few words. */
const show = (value: unknown): string => {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value)
  if (typeof value === "function") return "a function"
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** Joins keys with dots, and quotes those that would be misread. */
const pathOf = (path: ReadonlyArray<Key>): string =>
  path.map((key) => typeof key === "string" && /[.\s]/.test(key) ? JSON.stringify(key) : String(key)).join(".")

const messageOf = (message: string, value: unknown): string => {
  if (message === "Missing key") return "is missing"
  if (message.startsWith("Expected no excess property")) return "is not a field that is known here"
  const union = message.match(/"_tag": "([^"]+)"/g)
  const expected = union === null
    ? message.replace(/^Expected /, "").replace(/, got .*$/, "")
    : `one of ${union.map((tag) => tag.slice(8).replaceAll("\"", "")).join(", ")}`
  return `expected ${expected}, got ${show(value)}`
}

/** Lists a schema error's issues, one a path, in the order of the fields. */
export const list = (input: unknown, issue: SchemaIssue.Issue): ReadonlyArray<Issue> => {
  const issues = new Map<string, Issue>()
  for (const { message, path = [] } of format(issue).issues) {
    const keys = path.map(keyOf)
    const name = pathOf(keys)
    if (!issues.has(name)) issues.set(name, { path: name, message: messageOf(message, at(input, keys)) })
  }
  return [...issues.values()]
}

/** Decodes a value and refuses unknown keys; every issue is reported at once. */
export const decode = <A>(schema: Schema.Codec<A, unknown>, input: unknown): Result.Result<A, ReadonlyArray<Issue>> =>
  Result.mapError(
    Schema.decodeUnknownResult(schema)(input, { errors: "all", onExcessProperty: "error" }),
    (error) => list(input, error.issue)
  )
