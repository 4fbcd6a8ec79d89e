/**
 * Where an attempt begins: the newest state that is whole, and that the fault before it has not spoilt.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Checkpoint from "../train/Checkpoint.ts"
import * as RunFolder from "./RunFolder.ts"

/** The checkpoint to begin with, an absolute folder, and its step; null and 0 for the start. */
export interface Beginning {
  readonly checkpoint: string | null
  readonly step: number
  /** What there is to say of it, such as a checkpoint that was refused, in a person's words. */
  readonly remarks: ReadonlyArray<string>
}

/** Begins at the first step. */
export const start: Beginning = { checkpoint: null, step: 0, remarks: [] }

type Refused = Checkpoint.Newest["refused"]

const said = (refused: Refused): ReadonlyArray<string> => refused.map(({ reason }) => reason)

/** Those that no search could use; what one refuses as of another training, another may be looking for. */
const byAll = ([first = [], ...others]: ReadonlyArray<Refused>): Refused =>
  first.filter(({ directory }) => others.every((refused) => refused.some((other) => other.directory === directory)))

/**
 * Finds where attempts on one recipe were broken off: the newest checkpoint in any of their folders that is whole and of
 * one of the trainings that are expected; without one, `otherwise`.
 */
export const whereBrokenOff = Effect.fn("Beginning.whereBrokenOff")(function*(
  attempts: ReadonlyArray<string>,
  expected: ReadonlyArray<Checkpoint.Expected>,
  otherwise: Beginning
) {
  const parents = attempts.flatMap((attempt) => [RunFolder.checkpoints(attempt), RunFolder.recovery(attempt)])
  const searches = yield* Effect.forEach(expected, (one) => Checkpoint.newest(parents, one))
  const [found = null] = searches.flatMap(({ found }) => found ?? [])
    .toSorted((left, right) => right.checkpoint.cursor.step - left.checkpoint.cursor.step)
  const remarks = said(byAll(searches.map(({ refused }) => refused)))
  const none = remarks.length === 0 ? [] : [`no checkpoint can be used: it begins again at step ${otherwise.step}`]
  const beginning: Beginning = found === null
    ? { ...otherwise, remarks: [...remarks, ...none] }
    : { checkpoint: found.directory, step: found.checkpoint.cursor.step, remarks }
  return beginning
})

interface Candidate {
  readonly step: number
  readonly directory: string
}

/** An attempt whose states are of use up to a step: where the next one began, what comes later was given up. */
export interface Forebear {
  /** The attempt's folder, absolute. */
  readonly attempt: string
  /** The step that the state at the fault is before; null where there is none that is known to be whole. */
  readonly failing: number | null
  readonly until: number
}

/** Everything that an attempt has kept: checkpoints, and in its fault's folder the ring and the state before the step. */
const keptBy = ({ attempt, failing, until }: Forebear): ReadonlyArray<Candidate> => {
  const incident = RunFolder.incident(attempt)
  const at = path.join(incident, "at")
  return [
    ...(failing !== null && fs.existsSync(at) ? [{ step: failing, directory: at }] : []),
    ...Checkpoint.list(path.join(incident, "snapshots")),
    ...Checkpoint.list(RunFolder.checkpoints(attempt)),
    ...Checkpoint.list(RunFolder.recovery(attempt))
  ].filter(({ step }) => step <= until)
}

/**
 * Finds where to begin after a fault: the newest whole state of at most `latest` steps that any attempt before has kept;
 * without one, the start.
 */
export const before = Effect.fn("Beginning.before")(function*(forebears: ReadonlyArray<Forebear>, latest: number) {
  const candidates = forebears.flatMap(keptBy)
    .filter(({ step }) => step <= latest)
    .toSorted((left, right) => right.step - left.step)
  const refused: Array<Refused[number]> = []
  for (const { directory } of candidates) {
    const read = yield* Checkpoint.read(directory).pipe(Effect.catch(({ message }) => {
      refused.push({ directory, reason: message })
      return Effect.succeed(null)
    }))
    if (read !== null) {
      const beginning: Beginning = { checkpoint: directory, step: read.cursor.step, remarks: said(refused) }
      return beginning
    }
  }
  const beginning: Beginning = { ...start, remarks: said(refused) }
  return beginning
})
