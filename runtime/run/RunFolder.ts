/**
 * What lies where in a run's folder.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import type { PlanDocument } from "../plan/PlanJson.ts"
import * as EventLog from "../train/EventLog.ts"
import type { RunEnvironment } from "./Environment.ts"
import type { RunResult } from "./Result.ts"

/** Names the folder of an attempt, counted from 1. */
export const attemptOf = (directory: string, attempt: number): string => path.join(directory, "attempts", String(attempt))

/** Finds the folders of a run's attempts, the last first. */
export const attempts = (directory: string): ReadonlyArray<string> => {
  const parent = path.join(directory, "attempts")
  if (!fs.existsSync(parent)) return []
  return fs.readdirSync(parent)
    .map(Number)
    .filter(Number.isInteger)
    .toSorted((left, right) => right - left)
    .map((attempt) => attemptOf(directory, attempt))
}

/** Names the folder of an attempt's checkpoints. */
export const checkpoints = (attempt: string): string => path.join(attempt, "checkpoints")

const document = <A>(file: string): A | null => {
  try {
    return EventLog.decode(fs.readFileSync(file, "utf8")) as A
  } catch {
    return null
  }
}

/** Reads what a run was made with; null where that is not there. */
export const environment = (directory: string): RunEnvironment | null =>
  document<RunEnvironment>(path.join(directory, "environment.json"))

/** Reads what a run was to be; null where that is not there. */
export const plan = (directory: string): PlanDocument | null => document<PlanDocument>(path.join(directory, "plan.json"))

/** Reads what came of a run; null before its end. */
export const result = (directory: string): RunResult | null => document<RunResult>(path.join(directory, "result.json"))

/** Names the file of an attempt's events. */
export const events = (attempt: string): string => path.join(attempt, "events.jsonl")
