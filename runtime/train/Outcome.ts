import type * as Recipe from "../../dsl/Recipe.ts"
import type { Description } from "../engine/Engine.ts"
import type { Execution } from "../step/Step.ts"

/** What stopped an attempt: a fault's tag from `Fault`, in a person's words, and the step where there was one. */
export interface OutcomeFault {
  readonly tag: string
  readonly message: string
  readonly step: number | null
  /** The step at which it began, at most `step`; what is gone back to lies before it. */
  readonly onset: number
  /** The injection that brought it about, as it is typed; null where none did. */
  readonly injected: string | null
}

/** Whether an attempt goes on bit for bit as the one before it would have, and why not. */
export interface Exactness {
  readonly exact: boolean
  readonly reason: string | null
}

/**
 * `loss` is the mean over the last tenth of the steps, at least 10, and Infinity after a fault. Average precisions and
 * accuracy are null where nothing was evaluated, and where the model's family does not have them.
 */
export interface Metrics {
  readonly loss: number
  readonly map50: number | null
  readonly map: number | null
  readonly accuracy: number | null
  readonly imagesPerSecond: number
  readonly seconds: number
}

/** Summarises the global gradient norms before clipping, over the finite steps. */
export interface GradNorm {
  readonly median: number
  readonly p99: number
  readonly max: number
}

/** The fields of a recipe that advice changes, each with its value afterwards. */
export type RecipeChange = Partial<Omit<Recipe.Recipe, "accepted">>

/** What might be done better next time, and the rule that says so, in a person's words. */
export interface Advice {
  readonly rule: string
  readonly message: string
  /** The change itself; null where there are only words. */
  readonly change: RecipeChange | null
}

/**
 * How one attempt ended. What it counts and averages, it counts and averages over the whole training, what a checkpoint
 * brought along included. `clipRate` is clipped over finite steps.
 */
export interface AttemptOutcome {
  readonly status: "succeeded" | "failed" | "interrupted"
  /** The step that it began at. */
  readonly from: number
  /** How many optimizer steps the training has come to. */
  readonly steps: number
  /** Null where it began without a checkpoint. */
  readonly exact: Exactness | null
  /** Why it ended before its length, where it had stopped getting better; null elsewhere. */
  readonly stopped: string | null
  /** After which step the best evaluation was, whose figures count; null where the recipe does not stop early. */
  readonly best: number | null
  readonly fault: OutcomeFault | null
  /** The folder of what replays its fault, relative to the attempt's; null where there is none. */
  readonly incident: string | null
  readonly engine: (Description & { readonly execution: Execution }) | null
  readonly metrics: Metrics
  readonly clipRate: number
  readonly gradNorm: GradNorm
  /** How many steps had a loss or a norm far above those before them. */
  readonly spikes: number
  /** How many batches the recipe left out so far. */
  readonly skipped: number
  readonly advice: ReadonlyArray<Advice>
}
