import type * as Warmup from "../../dsl/Warmup.ts"
import type { Resolved } from "./Lengths.ts"
import * as Sequence from "./Sequence.ts"
import * as Shape from "./Shape.ts"

/** What one step of the optimizer uses. `momentum` is SGD's, or Adam's beta1. */
export interface Row {
  readonly learningRate: number
  readonly biasLearningRate: number
  readonly momentum: number
}

/** The whole schedule: step t uses row t, for 0 <= t < totalSteps. */
export interface Curve {
  /** The schedule without its warmup, with every length in steps. */
  readonly schedule: Resolved
  readonly totalSteps: number
  readonly warmupSteps: number
  readonly at: (step: number) => Row
}

/**
 * Lays a warmup over the first `warmupSteps` of a schedule, linearly in t / warmupSteps, towards the schedule's value
 * where the warmup ends. The momentum never starts above the optimizer's own.
 */
export const make = (options: {
  readonly schedule: Resolved
  readonly warmup: Warmup.Warmup
  readonly momentum: number
  readonly totalSteps: number
  readonly warmupSteps: number
}): Curve => {
  const { momentum, schedule, totalSteps, warmup, warmupSteps } = options
  const at = (step: number): Row => {
    if (warmup._tag === "None" || step >= warmupSteps) {
      const learningRate = Sequence.at(schedule, step, totalSteps)
      return { learningRate, biasLearningRate: learningRate, momentum }
    }
    const target = Sequence.at(schedule, warmupSteps, totalSteps)
    const rise = (from: number, to: number): number => Shape.between(from, to, step / warmupSteps)
    return {
      learningRate: rise(warmup.from, target),
      biasLearningRate: rise(warmup.biasFrom, target),
      momentum: rise(Math.min(warmup.momentumFrom, momentum), momentum)
    }
  }
  return { schedule, totalSteps, warmupSteps, at }
}
