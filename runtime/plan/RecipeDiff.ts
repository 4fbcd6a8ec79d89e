/**
 * What changes from one recipe to another, value by value.
 */
import * as Recipe from "../../dsl/Recipe.ts"
import * as Notation from "./Notation.ts"
import * as Literal from "./notation/Literal.ts"

/** One value that changes, by its path in the recipe, such as `schedule.peak`; null where a side has none. */
export interface Change {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const keysOf = (...values: ReadonlyArray<Members>): ReadonlyArray<string> =>
  [...new Set(values.flatMap((value) => Object.keys(value)))].toSorted()

/** Another tag is another value, and so are other keys without one: `{ steps }` and `{ epochs }` share nothing. */
const isAlike = (before: Members, after: Members): boolean =>
  "_tag" in before || "_tag" in after
    ? before["_tag"] === after["_tag"]
    : keysOf(before).join() === keysOf(after).join()

const within = (path: string, before: unknown, after: unknown): ReadonlyArray<Change> => {
  if (Literal.same(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item: unknown, index) => within(`${path}.${index}`, item, after[index]))
  }
  if (isObject(before) && isObject(after) && isAlike(before, after)) {
    return keysOf(before, after).flatMap((key) => within(`${path}.${key}`, before[key] ?? null, after[key] ?? null))
  }
  return [{ path, before, after }]
}

const fields = Object.keys(Recipe.Recipe.fields) as ReadonlyArray<keyof Recipe.Recipe>

/**
 * Lists what changes, in the order of a recipe's fields and, within one, of their names. A value of another kind changes
 * as a whole, and so does a list of another length.
 */
export const of = (before: Recipe.Recipe, after: Recipe.Recipe): ReadonlyArray<Change> =>
  fields.flatMap((field) => within(field, before[field], after[field]))

/** Data sets and models have members that need not be there; a null elsewhere is a value. */
const side = (path: string, value: unknown): string =>
  value === null && /^(data|model)\./.test(path) ? "none" : Notation.of(path, value)

/** Says a change in one line, as an experiment writes it: `clip: Clip.off -> Clip.globalNorm(1)`. */
export const say = ({ after, before, path }: Change): string => `${path}: ${side(path, before)} -> ${side(path, after)}`
