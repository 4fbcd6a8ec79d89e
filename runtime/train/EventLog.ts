import * as fs from "node:fs"
import * as Words from "../../dsl/Words.ts"
import type { Event } from "./Event.ts"
import * as EventShape from "./EventShape.ts"

/** Encodes a document as JSON in which numbers that JSON lacks are the strings "NaN", "Infinity" and "-Infinity". */
export const encode = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => typeof item === "number" && !Number.isFinite(item) ? String(item) : item)

const named: ReadonlyMap<unknown, number> = new Map([["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity]])

/** Names that people choose, which may read like a number that is none. */
const chosen: ReadonlySet<string> = new Set(["arm", "experiment"])

/** Decodes what `encode` wrote: its three strings become numbers again. */
export const decode = (text: string): unknown =>
  JSON.parse(text, (key, item: unknown) => chosen.has(key) ? item : named.get(item) ?? item)

/** What is no event is the rest of one: a line that a crash or a full disk cut short. */
const eventsIn = (line: string): ReadonlyArray<Event> => {
  try {
    const event = decode(line)
    return EventShape.isEvent(event) ? [event] : []
  } catch {
    return []
  }
}

/** Reads the events of a log so far. A line that is not whole is dropped. */
export const read = (file: string): ReadonlyArray<Event> =>
  fs.readFileSync(file, "utf8").split("\n").slice(0, -1).flatMap(eventsIn)

/** How much of a log is held at once where it is read one event after the other, in bytes. */
const pieceBytes = 1 << 20
/** A line that is longer, in bytes, is no event's. */
export const longestLine = 1 << 20

/** Reads the events of a log one after the other, however long it is; none where it is not there yet. */
export function* each(file: string): Generator<Event> {
  if (!fs.existsSync(file)) return
  const descriptor = fs.openSync(file, "r")
  try {
    const bytes = Buffer.alloc(pieceBytes)
    let rest = Buffer.alloc(0)
    for (let read = fs.readSync(descriptor, bytes); read > 0; read = fs.readSync(descriptor, bytes)) {
      const piece = Buffer.concat([rest, bytes.subarray(0, read)])
      const whole = piece.lastIndexOf("\n") + 1
      for (const line of piece.toString("utf8", 0, whole).split("\n")) yield* eventsIn(line)
      rest = piece.length - whole > longestLine ? Buffer.alloc(0) : piece.subarray(whole)
    }
  } finally {
    fs.closeSync(descriptor)
  }
}

/** What was read of a log, and the byte that the rest begins at. */
export interface Piece {
  readonly events: ReadonlyArray<Event>
  readonly next: number
}

/**
 * Reads what a log holds from a byte on, as far as its lines are whole, and `most` bytes at most; nothing where the log is
 * not there yet.
 */
export const readFrom = (file: string, from: number, most = Infinity): Piece => {
  if (!fs.existsSync(file)) return { events: [], next: from }
  const descriptor = fs.openSync(file, "r")
  try {
    const bytes = Buffer.alloc(Math.min(most, Math.max(0, fs.fstatSync(descriptor).size - from)))
    const read = fs.readSync(descriptor, bytes, 0, bytes.length, from)
    const whole = bytes.subarray(0, bytes.subarray(0, read).lastIndexOf("\n") + 1)
    return { events: whole.toString("utf8").split("\n").slice(0, -1).flatMap(eventsIn), next: from + whole.length }
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Reads the events of a log so far; none where it is not there yet. */
export const readWhereThere = (file: string): ReadonlyArray<Event> => fs.existsSync(file) ? read(file) : []

/** Appends events to a file, one JSON line each, a few at a time. What once could not be written is not tried again. */
export interface EventLog {
  readonly append: (event: Event) => void
  readonly close: () => void
}

const flushEveryMilliseconds = 250

/** Opens `events.jsonl` for appending. Steps are held back for at most a quarter of a second, everything else for none. */
export const open = (file: string): EventLog => {
  const descriptor = fs.openSync(file, "a")
  let held: Array<string> = []
  let flushed = performance.now()
  let torn = false
  const write = (text: string): void => {
    // After a piece of a line the next one begins anew.
    const bytes = Buffer.from(torn ? `\n${text}` : text)
    torn = true
    try {
      for (let written = 0; written < bytes.length;) written += fs.writeSync(descriptor, bytes, written)
    } catch (cause) {
      throw new Error(`${file} was not written: ${Words.reasonOf(cause)}`, { cause })
    }
    torn = false
  }
  const flush = (): void => {
    if (held.length === 0) return
    const text = held.map((line) => `${line}\n`).join("")
    held = []
    flushed = performance.now()
    write(text)
  }
  return {
    append: (event) => {
      held.push(encode(event))
      if (event.kind !== "step" || performance.now() - flushed > flushEveryMilliseconds) flush()
    },
    close: () => {
      try {
        flush()
      } finally {
        fs.closeSync(descriptor)
      }
    }
  }
}
