/**
 * What came of a launch: one entry a run, what was expected of them, and the verdict.
 */
import type { Description } from "../engine/Engine.ts"
import type { Execution } from "../step/Step.ts"
import type { GradNorm, Metrics, OutcomeFault } from "../train/Outcome.ts"

export type RunStatus = "succeeded" | "failed" | "cancelled" | "interrupted"

/** One try at a run. `diagnosis` and `remedy` are null where nothing was tried to cure its fault. */
export interface AttemptResult {
  readonly number: number
  readonly status: "succeeded" | "failed" | "interrupted"
  readonly fault: OutcomeFault | null
  readonly diagnosis: null
  readonly remedy: null
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
  readonly attempts: ReadonlyArray<AttemptResult>
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
