/**
 * An attempt's event file, which follows `events.jsonl`: whoever watches the training writes it from there, so that it says
 * the same and costs no training step anything.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as RunFolder from "../../run/RunFolder.ts"
import type { Event } from "../../train/Event.ts"
import * as EventLog from "../../train/EventLog.ts"
import * as About from "./About.ts"
import * as Earlier from "./Earlier.ts"
import * as Pictures from "./Pictures.ts"
import * as Record from "./Record.ts"
import * as Summary from "./Summary.ts"
import * as Values from "./Values.ts"
import * as Weights from "./Weights.ts"

/** Names the folder of an attempt's event file. */
export const folder = (attempt: string): string => path.join(attempt, "tensorboard")

const secondsDigits = 10
const attemptDigits = 4

/** Names an attempt's event file as TensorBoard wants it, so that later attempts' names come later. */
const nameOf = (attempt: string, { at, run }: Pick<Event, "run"> & { readonly at: number }): string => {
  const seconds = String(Math.floor(at / 1000)).padStart(secondsDigits, "0")
  // What an event says of its attempt is not read: a log from elsewhere may say anything.
  const number = path.basename(attempt).padStart(attemptDigits, "0")
  return `events.out.tfevents.${seconds}.${run.replace(/[^\w-]/g, "_")}.${number}`
}

const framed = (event: Event, at: number, values: ReadonlyArray<Summary.Value>): Uint8Array | null =>
  values.length === 0 ? null : Record.frame(Summary.event(at, event.step, values))

/** Encodes what a file begins with: its version, the step that the attempt begins at, and what it is made with. */
const head = (attempt: string, { at, step }: { readonly at: number; readonly step: number }): ReadonlyArray<Uint8Array> => [
  Record.frame(Summary.version(at)),
  Record.frame(Summary.start(at, step)),
  Record.frame(Summary.event(at, step, About.of(attempt)))
]

/** Writes a file that grows, from a place on: what a crash or a full disk has cut short is written over. */
const writeAt = (file: string, bytes: Uint8Array, at: number): void => {
  const descriptor = fs.openSync(file, at === 0 ? "w" : "r+")
  try {
    for (let written = 0; written < bytes.length;) {
      written += fs.writeSync(descriptor, bytes, written, bytes.length - written, at + written)
    }
  } finally {
    fs.closeSync(descriptor)
  }
}

/** What an event file is of, and where it goes. */
export interface Options {
  /** The attempt's folder. */
  readonly attempt: string
  /** The step that the attempt begins at. */
  readonly from: number
  /** The folder of the file; one of the attempt's own where it is not given. */
  readonly directory?: string
  /** What files that this one takes the place of held of checkpoints. */
  readonly earlier?: Earlier.Earlier
}

/** How much of a log is read at once, in bytes. */
const pieceBytes = 1 << 22

/** The event file of one attempt. */
export class EventFile {
  readonly #attempt: string
  readonly #from: number
  readonly #directory: string
  readonly #earlier: Earlier.Earlier
  #file: string | null = null
  #read = 0
  #written = 0
  #at: number | null = null
  /** The step of the last checkpoint whose weights were looked for. */
  #weighed = -1

  constructor({ attempt, directory = folder(attempt), earlier = new Map(), from }: Options) {
    this.#attempt = attempt
    this.#earlier = earlier
    this.#from = from
    this.#directory = directory
  }

  /** The file's path; null before there was something to write. */
  get file(): string | null {
    return this.#file
  }

  /** When an event was told; a log of an older version does not say, and its own time stands for that. */
  #momentOf({ at }: Event): number {
    this.#at = at ?? this.#at ?? fs.statSync(RunFolder.events(this.#attempt)).mtimeMs
    return this.#at
  }

  #encoded(event: Event): Uint8Array | null {
    const at = this.#momentOf(event)
    return event.kind === "checkpoint"
      ? framed(event, at, Weights.of(this.#attempt, event.step)) ?? this.#earlier.get(Earlier.keyOf(at, event.step)) ?? null
      : framed(event, at, Values.of(event))
  }

  #piece(): boolean {
    const { events, next } = EventLog.readFrom(RunFolder.events(this.#attempt), this.#read, pieceBytes)
    const [first] = events
    if (first === undefined) return false
    const at = this.#momentOf(first)
    if (this.#file === null) {
      fs.mkdirSync(this.#directory, { recursive: true })
      this.#file = path.join(this.#directory, nameOf(this.#attempt, { ...first, at }))
    }
    const records = this.#written > 0 ? [] : [...head(this.#attempt, { at, step: this.#from })]
    let weighed = this.#weighed
    for (const event of events) {
      // A training counts up. A log that does not would have the same weights read time and again.
      if (event.kind === "checkpoint" && event.step <= weighed) continue
      if (event.kind === "checkpoint") weighed = event.step
      const record = this.#encoded(event)
      if (record !== null) records.push(record)
    }
    const bytes = Buffer.concat(records)
    writeAt(this.#file, bytes, this.#written)
    this.#read = next
    this.#written += bytes.length
    this.#weighed = weighed
    return true
  }

  /** Writes what the log holds by now and the file does not. Throws where that cannot be written; the next try makes up for it. */
  catchUp(): void {
    while (this.#piece());
  }

  /**
   * Adds what an attempt has left at its end: once, after the log is caught up with. Rejects where that cannot be read or
   * written.
   */
  async finish(): Promise<void> {
    this.catchUp()
    const pictures = await Pictures.of(this.#attempt)
    if (pictures === null || this.#file === null || this.#at === null) return
    const record = Record.frame(Summary.event(this.#at, pictures.step, pictures.values))
    writeAt(this.#file, record, this.#written)
    this.#written += record.length
  }
}
