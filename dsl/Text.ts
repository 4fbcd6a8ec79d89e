import * as Schema from "effect/Schema"

/** Accepts text that says something. */
export const filled = Schema.String.pipe(Schema.check(Schema.makeFilter((text: string) => text.trim() !== "", {
  expected: "text that is not empty"
})))

/** Accepts a name that can be part of a path and of a command line. */
export const name = Schema.String.pipe(Schema.check(Schema.makeFilter(
  (text: string) => /^[a-z0-9][a-z0-9._-]*$/i.test(text),
  { expected: "a name of letters, digits, dots, dashes and underscores" }
)))
