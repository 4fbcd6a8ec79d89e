import * as fs from "node:fs"
import type { Event } from "./Event.ts"

/** Encodes a document as JSON in which numbers that JSON lacks are the strings "NaN", "Infinity" and "-Infinity". */
export const encode = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => typeof item === "number" && !Number.isFinite(item) ? String(item) : item)

const named: ReadonlyMap<unknown, number> = new Map([["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity]])

/** Names that people choose, which may read like a number that is none. */
const chosen: ReadonlySet<string> = new Set(["arm", "experiment"])

/** Decodes what `encode` wrote: its three strings become numbers again. */
export const decode = (text: string): unknown =>
  JSON.parse(text, (key, item: unknown) => chosen.has(key) ? item : named.get(item) ?? item)

/** Reads the events of a log so far. A last line that was cut short by a crash is dropped. */
export const read = (file: string): ReadonlyArray<Event> =>
  fs.readFileSync(file, "utf8").split("\n").slice(0, -1).map((line) => decode(line) as Event)

/** Appends events to a file, one JSON line each, a few at a time. */
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
  const flush = (): void => {
    if (held.length > 0) fs.writeSync(descriptor, `${held.join("\n")}\n`)
    held = []
    flushed = performance.now()
  }
  return {
    append: (event) => {
      held.push(encode(event))
      if (event.kind !== "step" || performance.now() - flushed > flushEveryMilliseconds) flush()
    },
    close: () => {
      flush()
      fs.closeSync(descriptor)
    }
  }
}
