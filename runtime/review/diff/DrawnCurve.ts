/**
 * A learning-rate curve as it is drawn: a few of its rates, from which anybody can draw it again.
 */
import type { Curve } from "../../optim/Curve.ts"

export interface DrawnCurve {
  /** Learning rates at equal distances, from the first step on. */
  readonly rates: ReadonlyArray<number>
  readonly highest: number
  readonly totalSteps: number
}

/** How many rates a small picture shows. */
export const pictureWidth = 32

/** A long training's highest rate is found to within a few steps. */
const mostSamples = 4_096

const sampled = ({ at, totalSteps }: Curve, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => at(Math.min(totalSteps - 1, Math.floor((index * totalSteps) / count))).learningRate)

/** Takes of a curve what is drawn; null of one that is not known. */
export const of = (curve: Curve | null): DrawnCurve | null =>
  curve === null ? null : {
    rates: sampled(curve, pictureWidth),
    highest: Math.max(...sampled(curve, Math.min(curve.totalSteps, mostSamples))),
    totalSteps: curve.totalSteps
  }
