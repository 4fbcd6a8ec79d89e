import type * as Loss from "../../dsl/Loss.ts"
import { clips } from "../optim/Clip.ts"
import type { StepOutcome } from "./Step.ts"

/** The figures of one step as its tensors hold them: the parts of the loss are before their gains. */
export interface Figures {
  readonly loss: number
  readonly box: number
  readonly class: number
  readonly dfl: number
  readonly gradNorm: number
  readonly finite: boolean
}

/** Weighs the parts of the loss by their gains and says whether the gradient was clipped. */
export const outcomeOf = (figures: Figures, gains: Loss.Loss, clipBound: number): StepOutcome => ({
  loss: figures.loss,
  parts: { box: figures.box * gains.box, class: figures.class * gains.class, dfl: figures.dfl * gains.dfl },
  gradNorm: figures.gradNorm,
  finite: figures.finite,
  clipped: figures.finite && clips(figures.gradNorm, clipBound)
})
