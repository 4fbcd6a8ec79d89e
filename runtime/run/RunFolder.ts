/**
 * What lies where in a run's folder.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import type { PlanDocument } from "../plan/PlanJson.ts"
import * as Checkpoint from "../train/Checkpoint.ts"
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

/**
 * Finds the checkpoint that stands for a run: that of its best evaluation where it might stop early, otherwise the newest
 * one of its newest attempt; null where there is none.
 */
export const checkpoint = (directory: string): string | null => {
  const folders = attempts(directory).map(checkpoints)
  const best = result(directory)?.best ?? null
  const named = best === null ? [] : folders.map((folder) => path.join(folder, Checkpoint.directoryName(best)))
  return named.find((folder) => fs.existsSync(folder))
    ?? folders.map(Checkpoint.latest).find((found) => found !== null)
    ?? null
}

/** Names the file of an attempt's events. */
export const events = (attempt: string): string => path.join(attempt, "events.jsonl")
