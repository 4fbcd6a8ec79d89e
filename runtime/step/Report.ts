import * as Clip from "../optim/Clip.ts"
import type { Configuration } from "./Configuration.ts"
import * as Parts from "./Parts.ts"
import type { Scalars, StepOutcome } from "./Step.ts"

/** The figures of one step as its tensors hold them: the parts of the loss in their order, before their gains. */
export interface Figures {
  readonly loss: number
  readonly parts: ReadonlyArray<number>
  readonly gradNorm: number
  readonly finite: boolean
  /** How many tensors a policy scaled down that looks at each by itself. */
  readonly clippedTensors: number
}

/** Finds the bound on a step's global norm: what its policy says, and never above the one that was given. */
export const boundOf = ({ clip }: Configuration, { clipBound, clipInputs }: Scalars, gradNorm: number): number =>
  Math.min(clipBound, Clip.boundOf(clip, clipInputs, gradNorm))

/** Weighs the parts of the loss by their gains and says whether the gradient was clipped, and to what. */
export const outcomeOf = (figures: Figures, configuration: Configuration, scalars: Scalars): StepOutcome => {
  const bound = boundOf(configuration, scalars, figures.gradNorm)
  return {
    loss: figures.loss,
    parts: Parts.weighed(configuration.loss, figures.parts),
    gradNorm: figures.gradNorm,
    clipBound: bound,
    finite: figures.finite,
    clipped: figures.finite && (Clip.clips(figures.gradNorm, bound) || figures.clippedTensors > 0)
  }
}
