/**
 * What came of a launch: one entry a run, what was expected of them, and the verdict.
 */
import type { Description } from "../engine/Engine.ts"
import type { Diagnosis } from "../fault/Diagnosis.ts"
import type { Execution } from "../step/Step.ts"
import type { Change } from "../plan/RecipeDiff.ts"
import type { AttemptOutcome, GradNorm, Metrics, OutcomeFault } from "../train/Outcome.ts"

export type RunStatus = "succeeded" | "failed" | "cancelled" | "interrupted"

/** What was decided after an attempt, for the next one; `fields` is empty where the recipe stays as it was. */
export interface AppliedRemedy {
  /** In a person's words. */
  readonly change: string
  readonly fields: ReadonlyArray<Change>
  /** The engine that the next attempt computes with; null where that stays. */
  readonly engine: Description["engine"] | null
  /** The step that the next attempt begins at. */
  readonly from: number
}

/** How the training process ended where it ended without an answer. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: string | null
}

/** One try at a run, from step `from` on. `remedy` is what was decided after it; null where the run ended with it. */
export interface AttemptResult {
  readonly number: number
  readonly from: number
  readonly status: "succeeded" | "failed" | "interrupted"
  readonly fault: OutcomeFault | null
  readonly diagnosis: Diagnosis | null
  readonly remedy: AppliedRemedy | null
  /** Whether it goes on bit for bit as the one before would have, and why not; null where it began at step 0. */
  readonly exact: AttemptOutcome["exact"]
  /** The id that `ballast replay` takes; null where the fault left nothing to replay. */
  readonly incident: string | null
  readonly exit: ProcessExit | null
  /** The most memory that its process held at once, in bytes; null where the host does not tell. */
  readonly memory: number | null
  /** What there is to say of how it began, such as a checkpoint that was refused, in a person's words. */
  readonly remarks: ReadonlyArray<string>
}

/** How one arm at one seed ended. `engine` is null where none was loaded; `clipRate` is clipped over finite steps. */
export interface RunResult {
  readonly id: string
  readonly arm: string
  readonly seed: number
  readonly status: RunStatus
  readonly engine: Description["engine"] | null
  /** How the engine computed; null where none was loaded. */
  readonly execution: (Omit<Description, "engine"> & Execution) | null
  readonly steps: number
  /** Whether it was to go only a part of its recipe's length. */
  readonly partial: boolean
  /** Why it ended before its length, where it had stopped getting better; null elsewhere. */
  readonly stopped: string | null
  /** After which step the best evaluation was, whose figures count; null where the recipe does not stop early. */
  readonly best: number | null
  readonly metrics: Metrics
  readonly clipRate: number
  readonly gradNorm: GradNorm
  readonly spikes: number
  /** How many batches were left out. */
  readonly skipped: number
  readonly advice: AttemptOutcome["advice"]
  readonly attempts: ReadonlyArray<AttemptResult>
  /** How many attempts were tries again of what the machine broke off, with nothing changed. */
  readonly infrastructure: number
  /** Whether it ended on another recipe or engine than it was launched with. */
  readonly remedied: boolean
  /** The run's folder, absolute. */
  readonly directory: string
}

/** What came of one expectation; `holds` is null where an arm that it speaks of did not run to an end. */
export interface ExpectationResult {
  readonly text: string
  readonly holds: boolean | null
  /** What was seen, in a person's words. */
  readonly observed: string
}

export type Verdict = "holds" | "fails" | "undecided"

/** The document of `ballast run --json`, before numbers that JSON lacks become strings. */
export interface Result {
  readonly format: "ballast.result/1"
  readonly experiment: string
  readonly launch: string
  readonly runs: ReadonlyArray<RunResult>
  readonly expectations: ReadonlyArray<ExpectationResult>
  readonly verdict: Verdict
}
