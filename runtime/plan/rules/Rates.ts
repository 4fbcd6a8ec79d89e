/**
 * What rules ask of a schedule's rows.
 */
import type { Curve } from "../../optim/Curve.ts"
import * as Sequence from "../../optim/Sequence.ts"

/** Enough that no schedule's peak is missed by much, however long it is. */
const samples = 512

const spread = (last: number): ReadonlyArray<number> =>
  Array.from({ length: samples }, (_, index) => Math.round((index * last) / (samples - 1)))

/** Finds about the highest learning rate that is taken, a warmup laid over its schedule. */
export const peak = (curve: Curve): number => {
  const last = curve.totalSteps - 1
  return Math.max(
    ...[...spread(last), Math.min(curve.warmupSteps, last)].map((step) => curve.at(step).learningRate)
  )
}

/** Finds the highest learning rate of a schedule without its warmup, as its author wrote it down. */
export const named = ({ schedule, totalSteps }: Curve): number =>
  Math.max(
    ...[...spread(totalSteps - 1), ...Sequence.turns(schedule, totalSteps)].map((step) =>
      Sequence.at(schedule, step, totalSteps)
    )
  )

/** A first step of at most this share of the peak is that of a schedule which warms up by itself. */
const low = 0.1

/** Tells whether a schedule starts far below its peak, with a warmup laid over it or by its own shape. */
export const startsLow = (curve: Curve): boolean => curve.at(0).learningRate <= low * peak(curve)

/** Finds the learning rate of the last step. */
export const last = (curve: Curve): number => curve.at(curve.totalSteps - 1).learningRate
