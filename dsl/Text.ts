import * as Schema from "effect/Schema"

const isWhole = Schema.makeFilter((text: string) => text.isWellFormed(), { expected: "text of whole characters" })

/** Accepts text of whole characters: half of a surrogate pair can be neither written as UTF-8 nor hashed. */
export const whole = Schema.String.pipe(Schema.check(isWhole))

/** Accepts text that says something. */
export const filled = Schema.String.pipe(Schema.check(
  Schema.makeFilter((text: string) => text.trim() !== "", { expected: "text that is not empty" }),
  isWhole
))

/** Tells whether text fits into one line of a report and is not empty. */
export const isLine = (text: string): boolean => text.trim() !== "" && !/[\p{Cc}\p{Cs}]/u.test(text)

/** Accepts a name that can be part of a path and of a command line. */
export const name = Schema.String.pipe(Schema.check(Schema.makeFilter(
  (text: string) => /^[a-z0-9][a-z0-9._-]*$/i.test(text),
  { expected: "a name of letters, digits, dots, dashes and underscores" }
)))
