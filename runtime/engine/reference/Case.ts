import type { Configuration } from "../../step/Configuration.ts"
import type { Kernels } from "../../step/Kernels.ts"
import type { Step } from "../../step/Step.ts"

/** What is checked: an engine's kernels, on tfjs's current backend, and the steps that it compiles from them. */
export interface Subject {
  readonly kernels: Kernels
  /** The caller disposes the step. */
  readonly compile: (configuration: Configuration) => Step
}

/** One thing that every engine must do. */
export interface Case {
  readonly case: string
  /** Returns null where the subject agrees; otherwise what differs, by how much, and where. May throw. */
  readonly run: (subject: Subject) => string | null
}
