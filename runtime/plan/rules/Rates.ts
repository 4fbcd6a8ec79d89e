/**
 * What rules ask of a schedule's rows.
 */
import type { Curve } from "../../optim/Curve.ts"

/** Enough that no schedule's peak is missed by much, however long it is. */
const samples = 512

/** Finds about the highest learning rate of a schedule. */
export const peak = (curve: Curve): number => {
  const last = curve.totalSteps - 1
  const even = Array.from({ length: samples }, (_, index) => Math.round((index * last) / (samples - 1)))
  return Math.max(...[...even, Math.min(curve.warmupSteps, last)].map((step) => curve.at(step).learningRate))
}

/** Finds the learning rate of the last step. */
export const last = (curve: Curve): number => curve.at(curve.totalSteps - 1).learningRate
