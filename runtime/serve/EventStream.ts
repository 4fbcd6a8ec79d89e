/**
 * What a run tells, as server-sent events while it is told. A message's id says where the next one begins, so that whoever
 * comes again with it misses nothing and hears nothing twice.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StoreFailed } from "../run/store/Database.ts"
import type { RunRecord } from "../run/store/Listing.ts"
import type { Event } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import * as Recordings from "./Recordings.ts"
import * as RunFiles from "./RunFiles.ts"

/** A byte of an attempt's event log. */
export interface Position {
  readonly attempt: number
  readonly byte: number
}

/** The beginning of all that a run tells. */
export const beginning: Position = { attempt: 0, byte: 0 }

/** Reads a position as `write` wrote it, such as `2.4096`; null where it is none. */
export const parse = (text: string): Position | null => {
  const [, attempt, byte] = /^(\d{1,6})\.(\d{1,15})$/.exec(text) ?? []
  return attempt === undefined || byte === undefined ? null : { attempt: Number(attempt), byte: Number(byte) }
}

/** Writes a position. */
export const write = ({ attempt, byte }: Position): string => `${attempt}.${byte}`

/** How often the files are looked at, in milliseconds. */
const lookEvery = 500
/** After how long without an event a comment shows that somebody is there, in milliseconds. */
const heartbeatEvery = 15_000
/** About how much one message holds, in bytes of the log. */
const messageBytes = 64 << 10

/** Some events, and where the next ones begin. */
export interface Message {
  readonly events: ReadonlyArray<Event>
  readonly next: Position
}

/** Reads the next events after a position; null where there are none yet. */
export const after = (directory: string, { attempt, byte }: Position): Message | null => {
  for (const log of RunFiles.eventLogs(directory)) {
    if (log.attempt < attempt) continue
    const from = log.attempt === attempt ? byte : 0
    const { events, next } = Recordings.piece(log.file, from, messageBytes)
    if (next > from) return { events, next: { attempt: log.attempt, byte: next } }
  }
  return null
}

const message = (name: string, document: unknown, id: string | null): string =>
  `${id === null ? "" : `id: ${id}\n`}event: ${name}\ndata: ${EventLog.encode(document)}\n\n`

const goesOn = ({ status }: RunRecord): boolean => status === "waiting" || status === "running"

interface State {
  readonly at: Position
  readonly told: number
  readonly begun: boolean
  readonly over: boolean
}

/**
 * Tells what a run has told from a position on, and goes on until it has ended: `events` holds a list of events, `end` how
 * the run stands then. `now` finds the run as it stands; null where it is gone.
 */
export const of = (
  run: RunRecord,
  from: Position,
  now: Effect.Effect<RunRecord | null, StoreFailed>
): Stream.Stream<Uint8Array, StoreFailed> =>
  Stream.unfold<State, Uint8Array, StoreFailed, never>(
    { at: from, told: Date.now(), begun: false, over: false },
    Effect.fnUntraced(function*({ at, begun, over, told }) {
      if (over) return undefined
      const bytes = (text: string, state: State) => [new TextEncoder().encode(text), state] as const
      // The headers go out with the first of it, and a browser comes again after so many milliseconds.
      if (!begun) return bytes("retry: 2000\n\n", { at, told, begun: true, over })
      for (;;) {
        // What is told after this look is heard before the end.
        const standing = yield* now
        const found = after(run.directory, at)
        if (found !== null) {
          return bytes(message("events", found.events, write(found.next)), { at: found.next, told: Date.now(), begun, over })
        }
        if (standing === null || !goesOn(standing)) {
          return bytes(message("end", { status: standing?.status ?? null }, null), { at, told, begun, over: true })
        }
        if (Date.now() - told >= heartbeatEvery) return bytes(": here\n\n", { at, told: Date.now(), begun, over })
        yield* Effect.sleep(lookEvery)
      }
    })
  )
