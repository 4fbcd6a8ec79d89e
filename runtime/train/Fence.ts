/**
 * Who may write into an attempt's folder. A process that nobody waits for any more may still be at work.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"

const fileOf = (directory: string): string => path.join(directory, "token")

/** Names who may write into an attempt's folder from now on; everybody else is kept out. */
export const raise = (directory: string, token: string): void => {
  fs.mkdirSync(directory, { recursive: true })
  fs.writeFileSync(fileOf(directory), token, { flush: true })
}

/** Reads who may write into an attempt's folder; null where anybody may. */
export const named = (directory: string): string | null => {
  try {
    return fs.readFileSync(fileOf(directory), "utf8")
  } catch (cause) {
    if (Words.codeOf(cause) === "ENOENT") return null
    throw cause
  }
}

/** Throws where another token was named to write into an attempt's folder; where none was, anybody may. */
export const pass = (directory: string, token: string): void => {
  const holder = named(directory)
  if (holder !== null && holder !== token) throw new Error("another process has taken over this attempt")
}

/** Tells whether a token may write into an attempt's folder, as far as that can be told. */
export const admits = (directory: string, token: string): boolean => {
  try {
    pass(directory, token)
    return true
  } catch {
    return false
  }
}
