/**
 * Settings that a definition reads through effect's Config.
 */
import * as Config from "effect/Config"
import type * as SchemaIssue from "effect/SchemaIssue"
import * as Issue from "./Issue.ts"

/** Finds the first value that was refused, and where it was looked for. */
const first = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey>
): { readonly path: ReadonlyArray<PropertyKey>; readonly refused: Parameters<typeof Issue.expectation>[0] } => {
  switch (issue._tag) {
    case "Pointer":
      return first(issue.issue, [...path, ...issue.path])
    case "Composite":
      return first(issue.issues[0], path)
    case "Encoding":
      return first(issue.issue, path)
    default:
      return { path, refused: issue }
  }
}

/** A setting comes as text, so that one which is not even text is not there. */
const isMissing = (refused: ReturnType<typeof first>["refused"]): boolean =>
  refused._tag === "MissingKey" || (refused._tag === "InvalidType" && refused.ast._tag === "String")

const isConfigError = (error: unknown): error is Config.ConfigError => {
  try {
    return error instanceof Config.ConfigError
  } catch {
    return false
  }
}

/**
 * Says in words which setting is missing or wrong; null for an error that is not about settings. A setting's value is
 * never shown: it might be a secret.
 */
export const explain = (error: unknown): string | null => {
  if (!isConfigError(error)) return null
  const { cause } = error
  if (cause._tag === "SourceError") return `its settings cannot be read: ${cause.message}`
  const { path, refused } = first(cause.issue, [])
  const name = path.map(String).join("_")
  return isMissing(refused)
    ? `it needs the setting ${name}: set the environment variable ${name}`
    : `the setting ${name} is missing or wrong: expected ${Issue.expectation(refused)}`
}
