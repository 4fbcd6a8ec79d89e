/**
 * Where results go: standard output, as lines for people or as one JSON document.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as Line from "../report/Line.ts"
import * as Screen from "../report/Screen.ts"
import * as EventLog from "../train/EventLog.ts"

/** Tells how many columns results may take. */
export const columns = (): number => Screen.of(process.stdout, process.env).columns

// Synchronous, because a process that ends loses what a pipe has not taken yet.
const write = (descriptor: 1 | 2, text: string): void => {
  let rest = Buffer.from(text, "utf8")
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(descriptor, rest))
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      // The reader went away, as `head` does: there is nobody left to tell.
      if (code === "EPIPE") return
      if (code !== "EAGAIN") throw cause
    }
  }
}

/** Standard error as a screen, which stays usable where its reader went away. */
export const standardError: Screen.Output = {
  get isTTY() {
    return process.stderr.isTTY
  },
  get columns() {
    return process.stderr.columns
  },
  write: (text) => write(2, text)
}

/** Prints text to standard output. */
export const text = (text: string): void => write(1, text)

/** Prints lines to standard output. */
export const lines = (lines: ReadonlyArray<Line.Line>): Effect.Effect<void> =>
  Effect.sync(() => write(1, Line.writeAll(lines, Screen.of(process.stdout, process.env).colour)))

/**
 * Prints one JSON document to standard output; a number that JSON lacks is written as a string. What a continuous integration
 * would obey, such as `##vso[…]`, stands escaped.
 */
export const json = (document: unknown): Effect.Effect<void> =>
  Effect.sync(() => write(1, `${JSON.stringify(JSON.parse(EventLog.encode(document)), null, 2).replace(/##(?=\w*\[)/g, "#\\u0023")}\n`))

/** Prints lines to standard error. */
export const complaint = (lines: ReadonlyArray<Line.Line>): Effect.Effect<void> =>
  Effect.sync(() => write(2, Line.writeAll(lines, Screen.of(process.stderr, process.env).colour)))
