/**
 * Why an experiment's file was not evaluated, in one line that nothing in the file can break.
 */
import * as Schema from "effect/Schema"
import * as Line from "../report/Line.ts"

/** What a refusal is about: what the file imports, what it does while it is evaluated, what it exports, this host. */
export const Cause = Schema.Literals(["import", "evaluation", "definition", "host"])

/** An experiment that was not evaluated. `message` is one line which names the file and what it tried. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  file: Schema.String,
  cause: Cause,
  message: Schema.String,
  /** Everything that is wrong with a definition; empty where it was not come to. */
  issues: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

const longest = 400

/** Puts text of any origin into one line of bounded length. */
export const oneLine = (text: string): string => {
  const characters = [...Line.clean(text.slice(0, 4 * longest).trim().replace(/\s*[\r\n]\s*/g, " "))]
  return characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : characters.join("")
}

/** Refuses a file; what is said of it may hold anything. */
export const of = (file: string, cause: typeof Cause.Type, said: string, issues: Refused["issues"] = []): Refused =>
  new Refused({
    file,
    cause,
    message: oneLine(`${file}: ${said}`),
    issues: issues.map(({ message, path }) => ({ path: oneLine(path), message: oneLine(message) }))
  })
