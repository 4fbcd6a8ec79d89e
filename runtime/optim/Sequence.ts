/**
 * Schedules one after another; a schedule that is not made of others is a sequence of one.
 */
import type { Resolved, Single } from "./Lengths.ts"
import * as Shape from "./Shape.ts"

/** One schedule, `from` the step at which it begins and over `length` steps of its own. */
interface Part {
  readonly schedule: Single
  readonly from: number
  readonly length: number
}

/** Lists the parts of which any step is run, in their order; the last of a sequence takes the steps that are left. */
const partsOf = (schedule: Resolved, totalSteps: number): ReadonlyArray<Part> => {
  if (schedule._tag !== "Sequence") return [{ schedule, from: 0, length: totalSteps }]
  let from = 0
  return schedule.parts.flatMap(({ length, schedule }) => {
    const part = { schedule, from, length: length?.steps ?? totalSteps - from }
    from += part.length
    return part.from < totalSteps ? [part] : []
  })
}

/**
 * Evaluates a schedule. It takes the value `final` at `step = totalSteps` and keeps it from there on; each part of a
 * sequence does so at the end of its own length, where the next one begins instead.
 */
export const at = (schedule: Resolved, step: number, totalSteps: number): number => {
  const t = Math.min(step, totalSteps)
  return partsOf(schedule, totalSteps).reduce(
    (rate, { from, length, schedule }) => from <= t ? Shape.at(schedule, t - from, length) : rate,
    0
  )
}

/** Where one part of a sequence gives way to the next, which takes step `step`. */
export interface Seam {
  readonly step: number
  /** The learning rate that the part before ends with: its own at the end of its length. */
  readonly before: number
  /** The learning rate that the part after begins with. */
  readonly after: number
}

/** Lists the seams of a sequence; other schedules have none. A part that no step is left for has none either. */
export const seams = (schedule: Resolved, totalSteps: number): ReadonlyArray<Seam> => {
  const parts = partsOf(schedule, totalSteps)
  return parts.flatMap((part, index) => {
    const next = parts[index + 1]
    return next === undefined ? [] : [{
      step: next.from,
      before: Shape.at(part.schedule, part.length, part.length),
      after: Shape.at(next.schedule, 0, next.length)
    }]
  })
}

/** Lists the steps after the first at which a schedule goes over from one formula to the next, or to another value. */
export const turns = (schedule: Resolved, totalSteps: number): ReadonlyArray<number> => {
  const steps = partsOf(schedule, totalSteps).flatMap((part) => {
    const end = Math.min(totalSteps, part.from + part.length)
    return [part.from, ...Shape.turns(part.schedule, part.length).map((step) => part.from + step)]
      .filter((step) => step > 0 && step < end)
  })
  return [...new Set(steps)].toSorted((left, right) => left - right)
}
