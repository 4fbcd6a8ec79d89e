/**
 * The log of commands that run for long: words on a terminal, JSON lines elsewhere.
 */
import * as Cause from "effect/Cause"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as LogLine from "./LogLine.ts"
import * as Plain from "./Plain.ts"

/** What `--log-format` takes; `auto` is `text` on a terminal and `json` elsewhere. */
export const formats = ["auto", "text", "json"] as const

export interface Options {
  readonly format: typeof formats[number]
  /** Whether a person looks on. */
  readonly terminal: boolean
  readonly colour: boolean
  /** Writes to standard error. */
  readonly write: (text: string) => unknown
}

const said = (message: unknown): string =>
  (Array.isArray(message) ? message : [message])
    .map((part: unknown) => typeof part === "string" ? Plain.text(part) : JSON.stringify(Plain.of(part)))
    .join(" ")

const entryOf = ({ cause, date, fiber, logLevel, message }: Logger.Options<unknown>): LogLine.Entry => ({
  at: date,
  level: logLevel.toLowerCase(),
  message: said(message),
  about: Plain.fields(fiber.getRef(References.CurrentLogAnnotations)),
  cause: cause.reasons.length === 0 ? null : Plain.text(Cause.pretty(cause))
})

/** Logs in place of every other logger. Which levels are told is effect's MinimumLogLevel, which `--log-level` sets. */
export const layer = ({ colour, format, terminal, write }: Options): Layer.Layer<never> => {
  const json = format === "json" || (format === "auto" && !terminal)
  const logger = Logger.make<unknown, void>((options) => {
    try {
      const entry = entryOf(options)
      write(json ? LogLine.json(entry) : LogLine.text(entry, colour))
    } catch {
      // A log that cannot be written must not end what it tells of.
    }
  })
  return Logger.layer([logger])
}
