import type * as Clip from "../optim/Clip.ts"
import type * as Divergence from "./Divergence.ts"
import type * as EarlyStop from "./EarlyStop.ts"
import type { Measured } from "./Evaluate.ts"
import type { Made } from "./Made.ts"
import type * as Spike from "./Spike.ts"

/** An evaluation that was better than those before. */
export interface Best {
  readonly step: number
  readonly measured: Measured
}

/**
 * Where a training stands besides its state: `step` optimizer steps are done, and the evaluation that is due after them,
 * too. Everything that later steps depend on is here, as plain data; the identities say of which training and data.
 */
export interface Cursor {
  readonly step: number
  readonly clip: Clip.Memory
  readonly divergence: Divergence.Memory
  readonly spikes: Spike.Memory
  readonly early: EarlyStop.Memory
  /** The latest evaluation, and the best one where the recipe stops early; null before the first. */
  readonly measured: Measured | null
  readonly best: Best | null
  /** Why the training is over before its length; null where it goes on. */
  readonly stopped: string | null
  readonly seed: number
  readonly training: string
  readonly data: string | null
  readonly made: Made
}
