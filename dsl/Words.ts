/**
 * Values and errors in few words.
 */

const longestText = 60

/** Names the class of an object that has one. */
const classOf = (value: object): string | null => {
  const name: unknown = value.constructor?.name
  return typeof name === "string" && name !== "" && name !== "Object" ? name : null
}

const shown = (value: unknown): string => {
  switch (typeof value) {
    case "string": {
      const text = JSON.stringify(value)
      return text.length > longestText ? `${text.slice(0, longestText - 4)}..."` : text
    }
    case "function":
      return "a function"
    case "bigint":
      return `${value}n`
    case "object": {
      if (value === null) return "null"
      if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list"
      if ("_tag" in value && typeof value._tag === "string") return value._tag
      const named = classOf(value)
      if (named !== null) return named
      const keys = Object.keys(value)
      return keys.length === 0 ? "{}" : `{ ${keys.slice(0, 5).join(", ")}${keys.length > 5 ? ", ..." : ""} }`
    }
    default:
      return String(value)
  }
}

/** Shows a value in few words. An object's values are never shown: one of them might be a secret. */
export const show = (value: unknown): string => {
  try {
    return shown(value)
  } catch {
    return "a value that cannot be read"
  }
}

/** Says in words what was thrown or failed with. */
export const reasonOf = (error: unknown): string => {
  try {
    return error instanceof Error && error.message !== "" ? error.message : shown(error)
  } catch {
    return "an error that cannot be read"
  }
}

/** Finds the code that the system gives an error, such as ENOSPC; null for one that is not the system's. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null
