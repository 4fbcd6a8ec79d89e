/**
 * What runs have told, held so that a page that is looked at again reads what is new alone.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as Recording from "../report/html/Recording.ts"
import type { Event, StepEvent } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import * as RunFiles from "./RunFiles.ts"

/** What is no figure of a step or a monitor. */
export type Told = Exclude<Event, StepEvent | { readonly kind: "monitor" }>

/** A run as far as it was read. */
export interface Held {
  readonly recording: Recording.Recording
  /** What the attempts told beside their steps, the last at the end. */
  readonly told: ReadonlyArray<Told>
  /** As far as it was read: the attempt, and the byte of its log that the rest begins at. */
  readonly attempt: number
  readonly byte: number
}

interface Reading extends Held {
  readonly told: Array<Told>
  readonly next: Map<string, number>
  bytes: number
  attempt: number
  byte: number
}

/** How much is read before others have their turn, in bytes. */
const pieceBytes = 1 << 20
/** How many entries of a log are held. */
const mostTold = 400
/** How many bytes of event logs are held as columns, which take about a third of them. */
const mostHeldBytes = 512 << 20

const inode = (file: string): string => {
  const { dev, ino } = fs.statSync(file)
  return `${dev}:${ino}`
}

const begun = (): Reading => ({ recording: Recording.of([]), told: [], next: new Map(), bytes: 0, attempt: 0, byte: 0 })

const add = (reading: Reading, event: Event): void => {
  reading.recording.add(event)
  if (event.kind === "step" || event.kind === "monitor") return
  reading.told.push(event)
  if (reading.told.length > mostTold) reading.told.splice(0, reading.told.length - mostTold)
}

/** Reads a piece of a log that holds a whole line at least where there is one; what is longer than any event is passed over. */
export const piece = (file: string, from: number, bytes: number): EventLog.Piece => {
  const { size } = fs.statSync(file)
  const read = EventLog.readFrom(file, from, bytes)
  if (read.next > from || from + bytes >= size) return read
  const most = Math.max(bytes, EventLog.longestLine)
  const longer = EventLog.readFrom(file, from, most)
  return longer.next > from || from + most >= size ? longer : { events: [], next: from + most }
}

export interface RecordingsService {
  /** Reads on in a run's folder to the end of what it has told. */
  readonly of: (run: string, directory: string) => Effect.Effect<Held>
}

const make = (): RecordingsService => {
  const readings = new Map<string, Reading>()
  const readOn = Effect.fnUntraced(function*(reading: Reading, directory: string) {
    for (const { attempt, file } of RunFiles.eventLogs(directory)) {
      const key = inode(file)
      for (;;) {
        const from = reading.next.get(key) ?? 0
        const { events, next } = piece(file, from, pieceBytes)
        if (next === from) break
        for (const event of events) {
          // A log tells of its own attempt.
          if (event.attempt === attempt) add(reading, event)
        }
        reading.next.set(key, next)
        reading.bytes += next - from
        reading.attempt = attempt
        reading.byte = next
        // Whoever else reads the same run meanwhile goes on from here.
        yield* Effect.yieldNow
      }
    }
  })
  const forget = (): void => {
    let held = [...readings.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    for (const [run, { bytes }] of readings) {
      if (held <= mostHeldBytes || readings.size === 1) return
      readings.delete(run)
      held -= bytes
    }
  }
  return {
    of: (run, directory) =>
      Effect.gen(function*() {
        const reading = readings.get(run) ?? begun()
        // The one that was looked at last is forgotten last.
        readings.delete(run)
        readings.set(run, reading)
        yield* readOn(reading, directory)
        forget()
        return reading
      })
  }
}

/** Holds the runs that were read last. */
export class Recordings extends Context.Service<Recordings, RecordingsService>()("ballast/Recordings") {
  /** Begins with none. */
  static readonly layer: Layer.Layer<Recordings> = Layer.sync(Recordings, make)
}
