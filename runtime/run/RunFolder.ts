/**
 * What lies where in a run's folder.
 */
import * as fs from "node:fs"
import * as path from "node:path"

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

/** Names the file of an attempt's events. */
export const events = (attempt: string): string => path.join(attempt, "events.jsonl")
