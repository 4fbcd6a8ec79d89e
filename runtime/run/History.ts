/**
 * What a run's folder tells of its attempts, those included that were broken off so suddenly that nobody could say so.
 */
import * as fs from "node:fs"
import * as EventLog from "../train/EventLog.ts"
import type { Acceptance, AttemptRecord } from "./AttemptRecord.ts"
import * as OneAttempt from "./OneAttempt.ts"
import * as RunFolder from "./RunFolder.ts"

/** Counts the steps that an attempt is known to have come to. */
const stepsOf = (attempt: string, from: number): number => {
  const file = RunFolder.events(attempt)
  const events = EventLog.readWhereThere(file)
  return events.reduce((most, event) => event.kind === "step" && event.finite ? Math.max(most, event.step + 1) : most, from)
}

/** The record of an attempt whose processes are both gone. */
const brokenOff = (directory: string, { attempt: number, engine, from, remarks }: Acceptance): AttemptRecord => {
  const attempt = RunFolder.attemptOf(directory, number)
  const outcome = { ...OneAttempt.untold(from), steps: stepsOf(attempt, from) }
  return {
    format: "ballast.attempt/1",
    result: {
      number,
      from,
      status: outcome.status,
      fault: null,
      diagnosis: null,
      remedy: null,
      exact: null,
      incident: null,
      exit: null,
      memory: null,
      remarks: [...remarks, "it was broken off without a word: its processes were ended, or the host was"]
    },
    outcome,
    recipe: RunFolder.plan(attempt)?.arms[0]?.identity.recipe ?? "",
    engine,
    next: null
  }
}

export interface History {
  readonly past: ReadonlyArray<AttemptRecord>
  /** The number of the attempt that was made last; 0 before the first. */
  readonly attempted: number
  /** The token that it wrote by. */
  readonly token: string | null
}

/** Reads a run's folder, of which no process must be at work any more. */
export const read = (directory: string): History => {
  const acceptance = RunFolder.acceptance(directory)
  const attempts = RunFolder.attempts(directory).toReversed()
  const past = attempts.flatMap((attempt) => RunFolder.record(attempt) ?? [])
  const last = past.at(-1)?.result.number ?? 0
  return {
    past: acceptance === null || acceptance.attempt === last ? past : [...past, brokenOff(directory, acceptance)],
    attempted: Math.max(last, acceptance?.attempt ?? 0),
    token: acceptance?.token ?? null
  }
}

/** Keeps what nobody could say of attempts that were broken off. */
export const keep = (directory: string, past: ReadonlyArray<AttemptRecord>): void => {
  for (const record of past) {
    const file = RunFolder.recordFile(RunFolder.attemptOf(directory, record.result.number))
    if (!fs.existsSync(file)) RunFolder.write(file, record)
  }
}
