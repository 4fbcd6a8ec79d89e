import type * as Clip from "../../dsl/Clip.ts"
import type * as Loss from "../../dsl/Loss.ts"
import type * as Optimizer from "../../dsl/Optimizer.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"

/** All that a step is compiled for: what may change from step to step is in `Scalars` and in the batch. */
export interface Configuration {
  readonly graph: TrainingGraph
  readonly loss: Loss.Loss
  readonly optimizer: Optimizer.Optimizer
  readonly clip: Clip.Clip
  readonly ema: boolean
  readonly batch: number
  /** How many batches make one step. */
  readonly accumulate: number
  /** Columns of the padded ground truth. */
  readonly maxBoxes: number
  /** Decides the initial weights, and what dropout leaves out. */
  readonly seed: number
  /** Where `Scalars.inject` acts; null where it never does, which costs nothing. */
  readonly inject: { readonly node: string } | null
}

/** Throws where a step is about to end with another number of batches than it is made for. */
export const requireWhole = ({ accumulate }: Configuration, batches: number): void => {
  if (batches !== accumulate) throw new Error(`a step takes ${accumulate} batches, and got ${batches}`)
}

/** Throws where another batch would leave none for the end of the step. */
export const requireRoom = ({ accumulate }: Configuration, batches: number): void => {
  if (batches >= accumulate) throw new Error(`a step takes ${accumulate} batches, of which the last one ends it`)
}
