/**
 * Lengths inside a schedule: where they stand, and how many optimizer steps they are.
 */
import type * as LearningRate from "../../dsl/LearningRate.ts"
import type * as Length from "../../dsl/Length.ts"

/** A length that is known. */
export interface Steps {
  readonly steps: number
}

type InSteps<A> = A extends Length.Length ? Steps
  : A extends object ? { readonly [K in keyof A]: InSteps<A[K]> }
  : A

/** A schedule that is not made of others, of which every length is in steps. */
export type Single = InSteps<LearningRate.Single>

/** Schedules one after another, of which every length is in steps; the last one has none. */
interface Sequence {
  readonly _tag: "Sequence"
  readonly parts: ReadonlyArray<{ readonly schedule: Single; readonly length?: Steps }>
}

/** A schedule of which every length is in steps. */
export type Resolved = Single | Sequence

type Resolve = (length: Length.Length, path: string) => Steps

const single = (schedule: LearningRate.Single, path: string, resolve: Resolve): Single => {
  switch (schedule._tag) {
    case "Step":
      return { ...schedule, every: resolve(schedule.every, `${path}.every`) }
    case "Piecewise": {
      const [first, ...rest] = schedule.multiply
      const change = ({ at, by }: typeof first, index: number) => ({
        at: resolve(at, `${path}.multiply.${index}.at`),
        by
      })
      return { ...schedule, multiply: [change(first, 0), ...rest.map((other, index) => change(other, index + 1))] }
    }
    case "WarmupStableDecay":
      return {
        ...schedule,
        warmup: resolve(schedule.warmup, `${path}.warmup`),
        decay: resolve(schedule.decay, `${path}.decay`)
      }
    case "InverseSquareRoot":
      return { ...schedule, warmup: resolve(schedule.warmup, `${path}.warmup`) }
    default:
      return schedule
  }
}

const whole = (schedule: LearningRate.LearningRate, resolve: Resolve): Resolved =>
  schedule._tag !== "Sequence" ? single(schedule, "schedule", resolve) : {
    ...schedule,
    parts: schedule.parts.map((part, index) => {
      const path = `schedule.parts.${index}`
      const resolved = { schedule: single(part.schedule, `${path}.schedule`, resolve) }
      return part.length === undefined ? resolved : { ...resolved, length: resolve(part.length, `${path}.length`) }
    })
  }

/** Lists every length inside a schedule with its path in the recipe, such as `schedule.parts.0.length`. */
export const lengthsOf = (
  schedule: LearningRate.LearningRate
): ReadonlyArray<{ readonly path: string; readonly length: Length.Length }> => {
  const found: Array<{ readonly path: string; readonly length: Length.Length }> = []
  whole(schedule, (length, path) => {
    found.push({ path, length })
    return { steps: 1 }
  })
  return found
}

/**
 * Writes every length of a schedule in optimizer steps: parts of an epoch are rounded to the nearest step, and one step
 * is the least. Returns null where a length is in epochs and the steps of one are not known.
 */
export const resolved = (schedule: LearningRate.LearningRate, stepsPerEpoch: number | null): Resolved | null => {
  let known = true
  const steps = whole(schedule, (length) => {
    if (length.steps !== undefined) return { steps: length.steps }
    known &&= stepsPerEpoch !== null
    return { steps: Math.max(1, Math.round(length.epochs * (stepsPerEpoch ?? 1))) }
  })
  return known ? steps : null
}
