import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../../dsl/Words.ts"
import * as Checkpoint from "../../train/Checkpoint.ts"
import * as Home from "../Home.ts"
import * as RunFolder from "../RunFolder.ts"
import * as Check from "./Check.ts"

const name = "disk"

/**
 * As many checkpoints as a run has at once while it goes on, if it keeps but its last: two to recover from, one that is
 * being written, the last, and after a fault the states before it.
 */
const atOnce = 10
/** What a checkpoint is taken to be where there is none yet. */
const leastCheckpoint = 100e6
/** Each is a folder of seven files. */
const filesOfRun = 100

/** Runs that were made lately say how large the next ones are. */
const lookedAt = 50

/** What a file system has left, and what runs take of it. */
export interface Room {
  readonly free: number
  /** Null where the file system makes them as it needs them. */
  readonly freeFiles: number | null
  /** The bytes of the largest checkpoint; null where there is none. */
  readonly largest: number | null
}

const inWords = (bytes: number): string => {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e3)} kB`
}

const remedyOf = (home: string): string =>
  `remove the folders of runs that nobody needs from ${Home.at(home).runs}, or name a folder on another disk with --home`

/** Says whether there is room for what a run keeps. */
export const judge = (home: string, { free, freeFiles, largest }: Room): ReadonlyArray<Check.Diagnosis> => {
  const checkpoint = largest ?? leastCheckpoint
  const run = atOnce * checkpoint
  const basis = largest === null
    ? `a run is taken to need ${inWords(run)}, as there is no checkpoint yet`
    : `a run takes about ${inWords(run)}, ${atOnce} times the largest checkpoint`
  const space = `${inWords(free)} free; ${basis}`
  const files = freeFiles === null ? "" : `; room for ${freeFiles} files`
  const found = [
    ...(free < 2 * checkpoint ? [Check.failed(name, space, remedyOf(home))] : []),
    ...(free >= 2 * checkpoint && free < run ? [Check.warning(name, space, remedyOf(home))] : []),
    ...(freeFiles === null || freeFiles >= 10 * filesOfRun ? [] : [
      (freeFiles < filesOfRun ? Check.failed : Check.warning)(
        name,
        `room for ${freeFiles} files alone, of which a run makes about ${filesOfRun}: the inodes run out`,
        remedyOf(home)
      )
    ])
  ]
  return found.length === 0 ? [Check.ok(name, `${home}: ${space}${files}`)] : found
}

const sizeOf = (folder: string): number =>
  fs.readdirSync(folder).reduce((sum, file) => sum + fs.statSync(path.join(folder, file)).size, 0)

/** Finds the bytes of the largest checkpoint of the newest runs; null where there is none. */
export const largestCheckpoint = (runs: string): number | null => {
  const names = fs.existsSync(runs) ? fs.readdirSync(runs).toSorted().toReversed().slice(0, lookedAt) : []
  const sizes = names
    .flatMap((run) => RunFolder.attempts(path.join(runs, run)))
    .flatMap((attempt) => [RunFolder.checkpoints(attempt), RunFolder.recovery(attempt)])
    .flatMap((parent) => {
      try {
        const latest = Checkpoint.latest(parent)
        return latest === null ? [] : [sizeOf(latest)]
      } catch {
        // A run at work removes what it needs no more.
        return []
      }
    })
  return sizes.length === 0 ? null : Math.max(...sizes)
}

const existing = (folder: string): string => fs.existsSync(folder) ? folder : existing(path.dirname(folder))

/** Writes to the home as it is, and asks the system where it is not there yet. */
const write = (home: string, place: string): void => {
  if (place !== home) return fs.accessSync(place, fs.constants.W_OK | fs.constants.X_OK)
  const probe = path.join(home, `.doctor-${randomUUID()}.tmp`)
  try {
    fs.writeFileSync(probe, "probe\n", { flush: true })
  } finally {
    fs.rmSync(probe, { force: true })
  }
}

const unusable = (home: string, place: string, shared: boolean): Check.Diagnosis | null => {
  const elsewhere = "name another folder with --home or BALLAST_HOME"
  if (!fs.statSync(place).isDirectory()) return Check.failed(name, `${place} is no folder`, elsewhere)
  const network = Home.networkFileSystem(place)
  if (network !== null && !shared) {
    const what = `${place} lies on ${network}, where the record of runs cannot be kept safe`
    return Check.failed(name, what, "name a folder on a local disk with --home or BALLAST_HOME")
  }
  try {
    write(home, place)
    return null
  } catch (cause) {
    const full = Words.codeOf(cause) === "ENOSPC" || Words.codeOf(cause) === "EDQUOT"
    return Check.failed(
      name,
      `${place} cannot be written to: ${Words.reasonOf(cause)}`,
      full ? remedyOf(home) : `chown or remount it for the user who trains (id -un: who that is), or ${elsewhere}`
    )
  }
}

/** Writes to the home's disk, and looks at how much room there is. Makes no home. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: ({ home, queue }) =>
    Effect.sync(() => {
      const place = existing(home)
      const refused = unusable(home, place, queue !== null)
      if (refused !== null) return [refused]
      const { bavail, bsize, ffree, files } = fs.statfsSync(place)
      const largest = largestCheckpoint(Home.at(home).runs)
      return judge(home, { free: bavail * bsize, freeFiles: files === 0 ? null : ffree, largest })
    })
}
