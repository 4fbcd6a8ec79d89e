/**
 * One entry of a log as text: a JSON object on a line, or words for a terminal.
 */
import { inert } from "./Inert.ts"
import type { Plain } from "./Plain.ts"

export interface Entry {
  readonly at: Date
  /** In lower case. */
  readonly level: string
  readonly message: string
  /** What it is about, such as the run and the attempt. */
  readonly about: Readonly<Record<string, Plain>>
  /** What went wrong, with where; null where nothing did. */
  readonly cause: string | null
}

/** Writes an entry as one JSON object on one line. */
export const json = ({ about, at, cause, level, message }: Entry): string => {
  const own = { timestamp: at.toISOString(), level, message }
  const object = { ...own, ...about, ...own, ...(cause === null ? {} : { cause }) }
  return `${inert(JSON.stringify(object))}\n`
}

const reset = "\u001b[0m"
const quiet = "\u001b[2m"
const colours: Readonly<Record<string, string>> = {
  warn: "\u001b[33m",
  error: "\u001b[31m",
  fatal: "\u001b[31m"
}

const bare = /^[^\s"'=\\]+$/

const word = (value: Plain): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return inert(bare.test(text) ? text : JSON.stringify(text))
}

const two = (value: number): string => String(value).padStart(2, "0")

/**
 * Writes an entry for a person: one line, and the lines of what went wrong below it. Those are indented, so that only what
 * this writes begins at the margin.
 */
export const text = ({ about, at, cause, level, message }: Entry, colour: boolean): string => {
  const toned = (text: string, tone: string | undefined): string =>
    colour && tone !== undefined ? `${tone}${text}${reset}` : text
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")
  const words = Object.entries(about).map(([name, value]) => `${word(name)}=${word(value)}`).join(" ")
  const line = [toned(time, quiet), toned(level.padEnd(5), colours[level]), inert(message)].join(" ")
  const below = cause === null ? [] : cause.split("\n").map((line) => `    ${inert(line)}`)
  return [words === "" ? line : `${line}  ${toned(words, quiet)}`, ...below, ""].join("\n")
}
