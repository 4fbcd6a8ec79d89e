/**
 * What lies where in a run's folder.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import type { PlanDocument } from "../plan/PlanJson.ts"
import type { BundleDocument } from "../train/Bundle.ts"
import * as Checkpoint from "../train/Checkpoint.ts"
import * as EventLog from "../train/EventLog.ts"
import type { Acceptance, AttemptRecord } from "./AttemptRecord.ts"
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

/** Names the folder of the checkpoints that an attempt writes so that little is lost where it is broken off. */
export const recovery = (attempt: string): string => path.join(attempt, "recovery")

/** Names the folder of what replays an attempt's fault. */
export const incident = (attempt: string): string => path.join(attempt, "incident")

/** Names the folder of the run that an incident's folder lies in, where it was not taken elsewhere. */
export const ofIncident = (incident: string): string => path.resolve(incident, "../../..")

/** Names the file of what an attempt's process wrote beside its answer. */
export const processLog = (attempt: string): string => path.join(attempt, "process.log")

/** Writes a document as a whole, or not at all. */
export const write = (file: string, document: unknown): void => {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(`${file}.tmp`, `${JSON.stringify(JSON.parse(EventLog.encode(document)), null, 2)}\n`, { flush: true })
  fs.renameSync(`${file}.tmp`, file)
}

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

/** Names the file of the recipe that a run, or an attempt, is made with. */
export const recipeFile = (directory: string): string => path.join(directory, "recipe.json")

/** Reads the name of the data set that a run was made with; null where that is not there, or images were generated. */
export const dataset = (directory: string): string | null =>
  document<{ readonly data: { readonly name?: string } }>(recipeFile(directory))?.data.name ?? null

/** Reads what a run was to be; null where that is not there. */
export const plan = (directory: string): PlanDocument | null => document<PlanDocument>(path.join(directory, "plan.json"))

/** Reads what came of a run; null before its end. */
export const result = (directory: string): RunResult | null => document<RunResult>(path.join(directory, "result.json"))

/** Names the file that says which attempt may write. */
export const acceptanceFile = (directory: string): string => path.join(directory, "attempt.json")

/** Reads which attempt of a run may write; null before the first. */
export const acceptance = (directory: string): Acceptance | null => document<Acceptance>(acceptanceFile(directory))

/** Names the file of how an attempt ended, and what was decided after it. */
export const recordFile = (attempt: string): string => path.join(attempt, "outcome.json")

/** Reads how an attempt ended; null before its end. */
export const record = (attempt: string): AttemptRecord | null => document<AttemptRecord>(recordFile(attempt))

/** Reads what an attempt's fault left to replay it; null where it left nothing. */
export const bundle = (attempt: string): BundleDocument | null =>
  document<BundleDocument>(path.join(incident(attempt), "bundle.json"))

/** Names the file of the recipe that the remedy after an attempt came to. */
export const remediedFile = (attempt: string): string => path.join(attempt, "remedied.json")

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

/** Tells whether a run's newest attempt has come to a checkpoint beyond the one that it began with. */
export const hasProgressed = (directory: string): boolean => {
  const accepted = acceptance(directory)
  if (accepted === null) return false
  const attempt = attemptOf(directory, accepted.attempt)
  return [checkpoints(attempt), recovery(attempt)].some((parent) => (Checkpoint.list(parent).at(-1)?.step ?? 0) > accepted.from)
}

/** Names the file of an attempt's events. */
export const events = (attempt: string): string => path.join(attempt, "events.jsonl")
