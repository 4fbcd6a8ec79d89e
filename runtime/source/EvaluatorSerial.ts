/**
 * Values as text: it runs inside, and takes hold of what it needs before any code of an experiment can change that.
 */

const { stringify } = JSON
const { ownKeys } = Reflect
const { getOwnPropertyDescriptor } = Object
const { isArray } = Array
const TypeErrorHere = TypeError

const deepest = 64
const mostValues = 50_000

let values = 0

/** Adds to a path that is shown, without methods that the experiment could have replaced. */
const inner = (path: string, key: string): string => path === "" ? key : `${path}.${key}`

const refuse = (path: string, what: string): never => {
  throw new TypeErrorHere(`the definition ${what}${path === "" ? "" : ` at ${path}`}`)
}

/** Reads a property only where it holds a value: a getter's code does not run here. */
const valueAt = (from: object, key: string, path: string): unknown => {
  const property = getOwnPropertyDescriptor(from, key)
  if (property === undefined) return refuse(path, "has a hole")
  return "value" in property ? property.value : refuse(path, "contains a getter")
}

const ofList = (list: object, path: string, depth: number): string => {
  const length = valueAt(list, "length", path) as number
  // As many keys as places: a list of four thousand million holes is short until it is written.
  if (ownKeys(list).length !== length + 1) refuse(path, "contains a list with holes or with names")
  let text = ""
  for (let index = 0; index < length; index++) {
    const at = inner(path, `${index}`)
    text += `${index === 0 ? "" : ","}${write(valueAt(list, `${index}`, at), at, depth)}`
  }
  return `[${text}]`
}

const ofObject = (from: object, path: string, depth: number): string => {
  const keys = ownKeys(from)
  let text = ""
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]
    // A symbol has no place in JSON; effect marks its own values with some.
    if (typeof key !== "string") continue
    const at = inner(path, key)
    if (key === "__proto__") refuse(at, "contains a key that would change what an object is")
    text += `${text === "" ? "" : ","}${stringify(key)}:${write(valueAt(from, key, at), at, depth)}`
  }
  return `{${text}}`
}

const write = (value: unknown, path: string, depth: number): string => {
  values += 1
  if (values > mostValues) refuse("", `holds more than ${mostValues} values`)
  if (depth > deepest) refuse("", `is nested deeper than ${deepest} levels`)
  if (value === null) return "null"
  switch (typeof value) {
    case "string":
      return stringify(value)
    case "boolean":
      return value ? "true" : "false"
    case "number":
      // Neither NaN nor an infinity, and without a function that could have been replaced.
      return value - value === 0 ? stringify(value) : refuse(path, "contains a number that is not finite")
    case "object":
      return isArray(value) ? ofList(value, path, depth + 1) : ofObject(value, path, depth + 1)
    default:
      return refuse(path, value === undefined ? "contains undefined" : `contains a ${typeof value}`)
  }
}

/** Writes plain data as JSON. Throws where there is anything else in it. */
export const serialise = (value: unknown): string => {
  values = 0
  return write(value, "", 0)
}

const textOf = (value: unknown): string => typeof value === "string" ? value : ""

/** Writes what was thrown as JSON: its words, and the place in the bundle where that is known. */
export const describe = (thrown: unknown): string => {
  if (typeof thrown !== "object" || thrown === null) {
    const shown = typeof thrown === "string" ? stringify(thrown) : typeof thrown
    return serialise({ name: "", message: `it throws ${shown}`, stack: "" })
  }
  const { message, name, stack } = thrown as { readonly [key: string]: unknown }
  return serialise({ name: textOf(name), message: textOf(message), stack: textOf(stack) })
}
