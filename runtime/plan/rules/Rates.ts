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

/** A first step of at most this share of the peak is that of a schedule which warms up by itself. */
const low = 0.1

/** Tells whether a schedule starts far below its peak, with a warmup laid over it or by its own shape. */
export const startsLow = (curve: Curve): boolean => curve.at(0).learningRate <= low * peak(curve)

/** Finds the learning rate of the last step. */
export const last = (curve: Curve): number => curve.at(curve.totalSteps - 1).learningRate
