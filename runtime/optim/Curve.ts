import type * as LearningRate from "../../dsl/LearningRate.ts"
import type * as Warmup from "../../dsl/Warmup.ts"

/** What one step of the optimizer uses. `momentum` is that of SGD. */
export interface Row {
  readonly learningRate: number
  readonly biasLearningRate: number
  readonly momentum: number
}

/** The whole schedule: step t uses row t, for 0 <= t < totalSteps. */
export interface Curve {
  readonly totalSteps: number
  readonly warmupSteps: number
  readonly at: (step: number) => Row
}

/** Goes from `from` (share 0) to `to` (share 1); both ends are exact, and so is a way that leads nowhere. */
const between = (from: number, to: number, share: number): number =>
  share < 0.5 ? from + (to - from) * share : to - (to - from) * (1 - share)

/**
 * Evaluates a schedule without its warmup. It takes the value `final` at `step = totalSteps` and keeps it from there on;
 * the cosine is `final + (peak - final) (1 + cos(pi t / T)) / 2`.
 */
export const scheduled = (schedule: LearningRate.LearningRate, step: number, totalSteps: number): number => {
  const done = step >= totalSteps ? 1 : step / totalSteps
  switch (schedule._tag) {
    case "Constant":
      return schedule.value
    case "Linear":
      return between(schedule.peak, schedule.final, done)
    case "Cosine":
      return between(schedule.final, schedule.peak, (1 + Math.cos(Math.PI * done)) / 2)
  }
}

/**
 * Lays a warmup over the first `warmupSteps` of a schedule, linearly in t / warmupSteps, towards the schedule's value
 * where the warmup ends. The momentum never starts above the optimizer's own.
 */
export const make = (options: {
  readonly schedule: LearningRate.LearningRate
  readonly warmup: Warmup.Warmup
  readonly momentum: number
  readonly totalSteps: number
  readonly warmupSteps: number
}): Curve => {
  const { momentum, schedule, totalSteps, warmup, warmupSteps } = options
  const at = (step: number): Row => {
    if (warmup._tag === "None" || step >= warmupSteps) {
      const learningRate = scheduled(schedule, step, totalSteps)
      return { learningRate, biasLearningRate: learningRate, momentum }
    }
    const target = scheduled(schedule, warmupSteps, totalSteps)
    const rise = (from: number, to: number): number => between(from, to, step / warmupSteps)
    return {
      learningRate: rise(warmup.from, target),
      biasLearningRate: rise(warmup.biasFrom, target),
      momentum: rise(Math.min(warmup.momentumFrom, momentum), momentum)
    }
  }
  return { totalSteps, warmupSteps, at }
}
