/**
 * Schedules in steps, and the learning rates that they run between.
 */
import { assert } from "@effect/vitest"
import * as fc from "fast-check"
import type * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Lengths from "../../../runtime/optim/Lengths.ts"
import * as Schedules from "../../dsl/schedules.ts"

/** Sums of -0 and 0 are 0, so that ends compare equal. */
export const rate = fc.double({ min: 0, max: 100, noNaN: true }).map((rate) => rate + 0)
export const totalSteps = fc.integer({ min: 1, max: 3000 })

const inSteps = fc.record({ steps: fc.integer({ min: 1, max: 2000 }) })
const ranges = { rate, length: inSteps }

/** Writes the lengths of a schedule in steps, of which an epoch has 8. */
export const resolved = (schedule: LearningRate.LearningRate): Lengths.Resolved => {
  const steps = Lengths.resolved(schedule, 8)
  assert.isNotNull(steps)
  return steps as Lengths.Resolved
}

export const singles = Schedules.singles(ranges).map(resolved).filter((schedule) => schedule._tag !== "Sequence")
export const sequences = Schedules.sequences(ranges).map(resolved).filter((schedule) => schedule._tag === "Sequence")
export const schedules: fc.Arbitrary<Lengths.Resolved> = Schedules.schedules(ranges).map(resolved)

/** Lists rates of which a schedule's smallest and largest are not beyond the smallest and largest. */
export const extremes = (schedule: Lengths.Resolved): ReadonlyArray<number> => {
  switch (schedule._tag) {
    case "Constant":
      return [schedule.value]
    case "Linear":
    case "Cosine":
    case "Polynomial":
    case "Exponential":
      return [schedule.peak, schedule.final]
    case "Step":
    case "InverseSquareRoot":
      return [0, schedule.peak]
    case "Piecewise": {
      const rates = [schedule.start]
      for (const { by } of schedule.multiply) rates.push((rates.at(-1) ?? 0) * by)
      return rates
    }
    case "OneCycle":
      return [schedule.peak, schedule.peak / schedule.divide, schedule.peak / schedule.divide / schedule.finalDivide]
    case "WarmupStableDecay":
      return [0, schedule.peak, schedule.final]
    case "Sequence":
      return schedule.parts.flatMap((part) => extremes(part.schedule))
  }
}

/** Tells whether values go one way, up to a rounding of the larger. */
export const goesOneWay = (values: ReadonlyArray<number>): boolean => {
  const [first = 0] = values
  const slack = 4 * Number.EPSILON * Math.max(...values)
  const sign = (values.at(-1) ?? first) >= first ? 1 : -1
  return values.every((value, index) => index === 0 || sign * (value - (values[index - 1] ?? value)) >= -slack)
}

export const close = (actual: number, expected: number, tolerance: number): void =>
  assert.isAtMost(Math.abs(actual - expected), tolerance, `${actual} against ${expected}`)
