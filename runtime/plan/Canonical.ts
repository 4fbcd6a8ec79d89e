/**
 * Canonical JSON (RFC 8785): one text for one value, whatever the order of its keys.
 */
import { createHash } from "node:crypto"

const refuse = (path: ReadonlyArray<string>, what: string): never => {
  throw new TypeError(`canonical JSON cannot hold ${what}${path.length === 0 ? "" : ` at ${path.join(".")}`}`)
}

const encodeText = (text: string, path: ReadonlyArray<string>): string =>
  text.isWellFormed() ? JSON.stringify(text) : refuse(path, "a lone surrogate")

const encodeAt = (value: unknown, path: ReadonlyArray<string>, within: ReadonlyArray<unknown>): string => {
  switch (typeof value) {
    case "boolean":
      return String(value)
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : refuse(path, String(value))
    case "string":
      return encodeText(value, path)
    case "object": {
      if (value === null) return "null"
      if (within.includes(value)) return refuse(path, "a value that holds itself")
      const inside = [...within, value]
      // Array.from visits the holes of a sparse array, which map would leave out.
      if (Array.isArray(value)) {
        const items = Array.from(value, (item: unknown, index) => encodeAt(item, [...path, String(index)], inside))
        return `[${items.join(",")}]`
      }
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null) return refuse(path, "an instance of a class")
      // Strings compare by UTF-16 code units, which is the order that the RFC asks for.
      const members = Object.entries(value).toSorted(([left], [right]) => left < right ? -1 : 1)
      return `{${
        members.map(([key, item]) => `${encodeText(key, path)}:${encodeAt(item, [...path, key], inside)}`).join(",")
      }}`
    }
    default:
      return refuse(path, typeof value === "undefined" ? "undefined" : `a ${typeof value}`)
  }
}

/**
 * Writes a value as canonical JSON: no spaces, keys in the order of their UTF-16 code units, numbers as ECMAScript
 * prints them. Throws a TypeError that names the place for what JSON lacks: NaN, infinities, undefined, class
 * instances, cycles.
 */
export const encode = (value: unknown): string => encodeAt(value, [], [])

/** Computes the SHA-256 of a value's canonical JSON, as 64 hexadecimal digits. */
export const hash = (value: unknown): string => createHash("sha256").update(encode(value), "utf8").digest("hex")
