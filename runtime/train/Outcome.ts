import type { Description } from "../engine/Engine.ts"
import type { Execution } from "../step/Step.ts"

/** What stopped an attempt: a fault's tag from `Fault`, in a person's words, and the step where there was one. */
export interface OutcomeFault {
  readonly tag: string
  readonly message: string
  readonly step: number | null
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

/** How one attempt ended. `steps` counts the optimizer steps that were taken; `clipRate` is clipped over finite steps. */
export interface AttemptOutcome {
  readonly status: "succeeded" | "failed" | "interrupted"
  readonly steps: number
  /** Why it ended before its length, where it had stopped getting better; null elsewhere. */
  readonly stopped: string | null
  /** After which step the best evaluation was, whose figures count; null where the recipe does not stop early. */
  readonly best: number | null
  readonly fault: OutcomeFault | null
  readonly engine: (Description & { readonly execution: Execution }) | null
  readonly metrics: Metrics
  readonly clipRate: number
  readonly gradNorm: GradNorm
}
