/**
 * What runs' last evaluations saw, drawn for their pages, and held so that a page that is looked at again draws what is new
 * alone.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import * as Detections from "../report/html/Detections.ts"
import type { Html } from "../report/html/Html.ts"
import * as RunFolder from "../run/RunFolder.ts"
import * as Inspection from "../train/Inspection.ts"
import * as Seen from "../train/Seen.ts"
import * as Shell from "./pages/Shell.ts"
import * as RunFiles from "./RunFiles.ts"

/** Sections of a page. */
type Sections = ReadonlyArray<Html | null>

/** An attempt's evaluation, and what tells it from one that takes its place. */
interface Found {
  readonly attempt: string
  readonly version: string
}

const versionOf = (directory: string, attempt: string): string | null =>
  RunFiles.version(directory, Inspection.documentFile(attempt))

/** Finds the last attempt that has left something; null where none has. */
const lastIn = (directory: string): Found | null => {
  for (const attempt of RunFolder.attempts(directory)) {
    const version = versionOf(directory, attempt)
    if (version !== null) return { attempt, version }
  }
  return null
}

const readerOf = (directory: string): Inspection.Reader => (file, most) => RunFiles.whole(directory, file, most)

/** A picture, and whether it is the one that was asked for. */
export interface Picture {
  readonly jpeg: Uint8Array
  readonly same: boolean
}

/** Reads a picture of an attempt by its place, from 0 on; null where it is not there. `version` tells which one is meant. */
export const picture = (directory: string, attempt: number, place: number, version: string | null): Picture | null => {
  if (place < 0 || place >= Seen.most) return null
  const folder = RunFolder.attemptOf(directory, attempt)
  const jpeg = Inspection.picture(folder, place, readerOf(directory))
  return jpeg === null ? null : { jpeg, same: versionOf(directory, folder) === version }
}

const addressOf = (run: string, { attempt, version }: Found, place: number): string =>
  `${Shell.runPath(run)}/attempts/${path.basename(attempt)}/pictures/${place + 1}?${new URLSearchParams({ of: version }).toString()}`

/** Draws an evaluation. A page that held its pictures would be fetched with them time and again. */
const draw = async (run: string, directory: string, found: Found): Promise<Sections> => {
  const left = Inspection.read(found.attempt, readerOf(directory))
  return await Detections.sections(left === null ? null : {
    document: left.document,
    pictures: left.pictures.map((jpeg, place) => jpeg === null ? null : addressOf(run, found, place))
  })
}

interface Drawn extends Found {
  readonly sections: Sections
}

/** Of how many runs the sections are held: one takes half a megabyte at most. */
const mostHeld = 32

export interface InspectionsService {
  /** Draws what the last evaluation of a run saw; no section where none has left anything. */
  readonly of: (run: string, directory: string) => Effect.Effect<Sections>
}

const make = (): InspectionsService => {
  const held = new Map<string, Drawn>()
  return {
    of: Effect.fn("Inspections.of")(function*(run, directory) {
      const found = lastIn(directory)
      if (found === null) return []
      const before = held.get(run)
      const isSame = before?.attempt === found.attempt && before.version === found.version
      const drawn = isSame ? before : { ...found, sections: yield* Effect.promise(() => draw(run, directory, found)) }
      // The one that was looked at last is forgotten last.
      held.delete(run)
      held.set(run, drawn)
      for (const old of [...held.keys()].slice(0, -mostHeld)) held.delete(old)
      return drawn.sections
    })
  }
}

/** Holds what was drawn last. */
export class Inspections extends Context.Service<Inspections, InspectionsService>()("ballast/Inspections") {
  /** Begins with none. */
  static readonly layer: Layer.Layer<Inspections> = Layer.sync(Inspections, make)
}
