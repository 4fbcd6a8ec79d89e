/**
 * Learning rates that a remedy lowers: the whole schedule, or its beginning.
 */
import * as Result from "effect/Result"
import type * as LearningRate from "../../dsl/LearningRate.ts"
import type * as Length from "../../dsl/Length.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import type * as Remedy from "../../dsl/Remedy.ts"
import * as Warmup from "../../dsl/Warmup.ts"
import * as PlanLength from "../plan/Length.ts"
import * as Words from "../plan/rules/Words.ts"

/** Multiplies without the digits that binary fractions leave at the end: 0.2 by 0.1 is 0.02. */
export const times = (value: number, factor: number): number =>
  factor === 1 ? value : Number((value * factor).toPrecision(12))

const single = (schedule: LearningRate.Single, factor: number): LearningRate.Single => {
  switch (schedule._tag) {
    case "Constant":
      return { ...schedule, value: times(schedule.value, factor) }
    case "Piecewise":
      return { ...schedule, start: times(schedule.start, factor) }
    case "Step":
    case "OneCycle":
    case "InverseSquareRoot":
      return { ...schedule, peak: times(schedule.peak, factor) }
    default:
      return { ...schedule, peak: times(schedule.peak, factor), final: times(schedule.final, factor) }
  }
}

const whole = (schedule: LearningRate.LearningRate, factor: number): LearningRate.LearningRate => {
  if (schedule._tag !== "Sequence") return single(schedule, factor)
  const parts = schedule.parts.map((part) => ({ ...part, schedule: single(part.schedule, factor) }))
  // Each part keeps its length or its want of one, which the list's type cannot say.
  return { ...schedule, parts: parts as unknown as LearningRate.Sequence["parts"] }
}

/** Fields of a recipe that say at which learning rate a step is taken. */
export type Rates = Pick<Recipe.Recipe, "schedule" | "warmup">

/** Multiplies every learning rate that a step may be taken at. */
export const scaled = ({ schedule, warmup }: Rates, factor: number): Rates => ({
  schedule: whole(schedule, factor),
  warmup: warmup._tag === "None"
    ? warmup
    : { ...warmup, from: times(warmup.from, factor), biasFrom: times(warmup.biasFrom, factor) }
})

/** A training's length. */
interface Lengths {
  readonly totalSteps: number
  readonly stepsPerEpoch: number
}

/** How many steps a recipe rises at first, and the same recipe with another such number. */
interface Rise {
  readonly steps: number
  readonly over: (steps: number) => Rates
}

const riseOf = ({ schedule, warmup }: Rates, { stepsPerEpoch, totalSteps }: Lengths): Rise => {
  const inSteps = (length: Length.Length): number => PlanLength.steps(length, stepsPerEpoch) ?? 0
  if (warmup._tag === "Linear") {
    return { steps: inSteps(warmup.length), over: (steps) => ({ schedule, warmup: { ...warmup, length: { steps } } }) }
  }
  switch (schedule._tag) {
    case "WarmupStableDecay":
      return {
        steps: Math.max(1, inSteps(schedule.warmup)),
        over: (steps) => ({ warmup, schedule: { ...schedule, warmup: { steps } } })
      }
    case "InverseSquareRoot": {
      const present = Math.max(1, inSteps(schedule.warmup))
      // A longer rise to the same peak would raise every rate after it.
      const peakAt = (steps: number): number => times(schedule.peak, Math.sqrt(present / steps))
      return {
        steps: present,
        over: (steps) => ({ warmup, schedule: { ...schedule, peak: peakAt(steps), warmup: { steps } } })
      }
    }
    case "OneCycle":
      if (schedule.divide > 1) {
        return {
          steps: Math.round(schedule.rise * totalSteps),
          over: (steps) => ({ warmup, schedule: { ...schedule, rise: steps / totalSteps } })
        }
      }
  }
  // Biases that start above the schedule would be another danger.
  return { steps: 0, over: (steps) => ({ schedule, warmup: Warmup.linear({ steps, biasFrom: 0 }) }) }
}

/**
 * Lengthens the rise that a recipe begins with, the schedule's own where it has one and no warmup is laid over it. Half of
 * the training is the most: a rise over all of it would lead to the rate of its end. Fails with the reason where the fault
 * came after it.
 */
export const warmedLonger = (
  rates: Rates,
  { factor, least }: Extract<Remedy.Remedy, { readonly _tag: "ExtendWarmup" }>,
  at: Lengths & { readonly onset: number }
): Result.Result<Rates, string> => {
  const rise = riseOf(rates, at)
  const wanted = Math.max(Math.ceil(rise.steps * factor), PlanLength.steps(least, at.stepsPerEpoch) ?? 0)
  const steps = Math.min(Math.floor(at.totalSteps / 2), wanted)
  if (steps <= rise.steps) {
    return Result.fail(`the warmup takes ${Words.plural(rise.steps, "step")} of ${at.totalSteps} already`)
  }
  return steps <= at.onset
    ? Result.fail(`the warmup would end at step ${steps}, and the fault began at step ${at.onset}`)
    : Result.succeed(rise.over(steps))
}
