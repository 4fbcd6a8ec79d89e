/**
 * Plain data and calls as TypeScript writes them, each in one line.
 */
import * as Canonical from "../Canonical.ts"

/** A value that a constructor makes. */
export interface Tagged {
  readonly _tag: string
}

const isTagged = (value: unknown): value is Tagged => typeof value === "object" && value !== null && "_tag" in value

/** Tells whether two values come to the same JSON. */
export const same = (left: unknown, right: unknown): boolean => Canonical.encode(left) === Canonical.encode(right)

/** Names the constructor of a tag: `globalNorm` for `GlobalNorm`. */
export const camel = (tag: string): string => tag.slice(0, 1).toLowerCase() + tag.slice(1)

/** JSON leaves some characters that end a line as they are. */
const scalar = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

/** Writes plain data; `tagged` writes the values with a tag in it, which constructors make. */
export const of = (value: unknown, tagged: (value: Tagged) => string): string => {
  if (isTagged(value)) return tagged(value)
  if (Array.isArray(value)) return `[${value.map((item) => of(item, tagged)).join(", ")}]`
  if (typeof value !== "object" || value === null) return scalar(value)
  const members = Object.entries(value).map(([key, item]) =>
    `${/^[a-z_$][\w$]*$/i.test(key) ? key : scalar(key)}: ${of(item, tagged)}`
  )
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`
}

const untagged = (value: Tagged): string => {
  throw new TypeError(`no constructor makes a ${value._tag} there`)
}

/** Writes plain data that holds no tag. */
export const plain = (value: unknown): string => of(value, untagged)

/** Lists what a value has besides the named members. */
export const without = (value: object, ...names: ReadonlyArray<string>): object =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key)))

/** Writes a call with an object of a value's members, but for its tag and those that are the constructor's `defaults`. */
export const call = (
  name: string,
  value: object,
  defaults: object = {},
  tagged: (value: Tagged) => string = untagged
): string => {
  const otherwise = new Map(Object.entries(defaults))
  const said = Object.entries(value).filter(([key, item]) =>
    key !== "_tag" && !(otherwise.has(key) && same(item, otherwise.get(key)))
  )
  return said.length === 0 ? `${name}()` : `${name}(${of(Object.fromEntries(said), tagged)})`
}
