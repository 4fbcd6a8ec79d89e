import type * as Loss from "../../dsl/Loss.ts"
import type * as Optimizer from "../../dsl/Optimizer.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"

/** All that a step is compiled for: what may change from step to step is in `Scalars` and in the batch. */
export interface Configuration {
  readonly graph: TrainingGraph
  readonly loss: Loss.Loss
  readonly optimizer: Optimizer.Optimizer
  readonly ema: boolean
  readonly batch: number
  /** Columns of the padded ground truth. */
  readonly maxBoxes: number
  /** Decides the initial weights. */
  readonly seed: number
}
