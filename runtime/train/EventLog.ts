import * as fs from "node:fs"
import type { Event } from "./Event.ts"

/** Encodes a document as JSON in which numbers that JSON lacks are the strings "NaN", "Infinity" and "-Infinity". */
export const encode = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => typeof item === "number" && !Number.isFinite(item) ? String(item) : item)

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
