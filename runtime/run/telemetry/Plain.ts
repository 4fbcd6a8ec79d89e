/**
 * Values of any kind as plain data that JSON holds, without the secrets in them.
 */
import * as Redactable from "effect/Redactable"

export type Plain = null | boolean | number | string | ReadonlyArray<Plain> | { readonly [key: string]: Plain }

/** What is longer is no news but data. */
const longest = 8192
const mostItems = 100
const deepest = 6

const withheld = "<redacted>"
const unreadable = "[unreadable]"

/** A user's name goes with the password: where there is none, it is often a token. */
const credentials = /([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s"'/:@]{0,256}:[^\s"']{1,1024}|[^\s"'/@]{1,256})@/gi
const assigned = /\b((?:password|passwd|pwd|secret|token|api[-_]?key)=)[^\s&"',;]+/gi
const secretKey = /password|passwd|secret|token|authorization|api[-_]?key/i

/** Makes text that is whole, not endless, and without passwords in addresses and settings. */
export const text = (value: string): string => {
  const whole = value.length > longest ? `${value.slice(0, longest)}…` : value
  return whole.toWellFormed().replace(credentials, `$1${withheld}@`).replace(assigned, `$1${withheld}`)
}

type Path = ReadonlyArray<object>

const items = (values: ArrayLike<unknown>, path: Path): ReadonlyArray<Plain> => {
  const shown = Array.from({ length: Math.min(mostItems, values.length) }, (_, index) => visit(values[index], path))
  return values.length > mostItems ? [...shown, `… ${values.length - mostItems} more`] : shown
}

const fieldOf = (value: object, key: string, path: Path): Plain => {
  try {
    const inner: unknown = Reflect.get(value, key)
    return secretKey.test(key) && typeof inner === "string" ? withheld : visit(inner, path)
  } catch {
    return unreadable
  }
}

const fieldsOf = (value: object, path: Path): Readonly<Record<string, Plain>> =>
  Object.fromEntries(Object.keys(value).slice(0, mostItems).map((key) => [text(key), fieldOf(value, key, path)]))

const inside = (value: object, before: Path): Plain => {
  if (Redactable.isRedactable(value)) return visit(Redactable.redact(value), before)
  if (before.includes(value)) return "[circular]"
  if (before.length >= deepest) return "[…]"
  const path = [...before, value]
  if (value instanceof Error) return text(`${value.name}: ${value.message}`)
  if ("toJSON" in value && typeof value.toJSON === "function") return visit(value.toJSON(), path)
  if (ArrayBuffer.isView(value) && "length" in value) return items(value as Uint8Array, path)
  if (value instanceof Map) return items([...value.entries()], path)
  if (value instanceof Set) return items([...value], path)
  return Array.isArray(value) ? items(value, path) : fieldsOf(value, path)
}

const visit = (value: unknown, path: Path): Plain => {
  switch (typeof value) {
    case "string":
      return text(value)
    case "number":
      return Number.isFinite(value) ? value : String(value)
    case "boolean":
      return value
    case "bigint":
      return String(value)
    case "undefined":
      return null
    case "symbol":
      return text(String(value))
    case "function":
      return "[function]"
    case "object":
      if (value === null) return null
      try {
        return inside(value, path)
      } catch {
        return unreadable
      }
  }
}

/** Makes plain data of a value: a number that JSON lacks is a string, a secret is `<redacted>`. Never throws. */
export const of = (value: unknown): Plain => visit(value, [])

/** Makes plain data of every field of an object. */
export const fields = (value: object): Readonly<Record<string, Plain>> => fieldsOf(value, [value])
