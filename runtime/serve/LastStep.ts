/**
 * How far a run is that is under way: the last step that it has told of, read from the end of its log.
 */
import * as fs from "node:fs"
import type { StepEvent } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import * as RunFiles from "./RunFiles.ts"

/** Some hundred steps, with what is told between two of them. */
const bytes = 64 << 10

/** Steps that were made, of so many, and the loss of the last. */
export interface Progress {
  readonly steps: number
  readonly totalSteps: number
  readonly loss: number
}

const read = (directory: string): Progress | null => {
  const log = RunFiles.eventLogs(directory).at(-1)
  if (log === undefined) return null
  const size = fs.statSync(log.file, { throwIfNoEntry: false })?.size ?? 0
  const { events } = EventLog.readFrom(log.file, Math.max(0, size - bytes), bytes)
  const last = events.findLast((event): event is StepEvent => event.kind === "step" && event.attempt === log.attempt)
  return last === undefined ? null : { steps: last.step + 1, totalSteps: last.totalSteps, loss: last.loss }
}

/** Reads the last step in a run's folder; null where none was told yet, or what is there cannot be read. */
export const of = (directory: string): Progress | null => {
  try {
    return read(directory)
  } catch {
    // Whatever became of one run's folder, a list tells of all the others.
    return null
  }
}
