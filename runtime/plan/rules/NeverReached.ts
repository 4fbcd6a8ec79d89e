import type { Curve } from "../../optim/Curve.ts"
import type { Single } from "../../optim/Lengths.ts"
import type { Fault, Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Says what of a schedule lies beyond the `left` steps that it has. */
const ofSingle = (schedule: Single, path: string, left: number): ReadonlyArray<Fault> => {
  const has = `, and the schedule has ${Words.plural(left, "step")}`
  switch (schedule._tag) {
    case "Step":
      return schedule.every.steps < left
        ? []
        : [{ path: `${path}.every`, found: `the rate first changes at step ${schedule.every.steps}${has}` }]
    case "Piecewise":
      return schedule.multiply.flatMap(({ at: { steps } }, index) =>
        steps < left ? [] : [{ path: `${path}.multiply.${index}.at`, found: `a change comes at step ${steps}${has}` }]
      )
    case "WarmupStableDecay": {
      const { decay, warmup } = schedule
      return warmup.steps + decay.steps <= left ? [] : [{
        path: `${path}.decay`,
        found: `the warmup takes ${Words.plural(warmup.steps, "step")}, the decay ${decay.steps}${has}`
      }]
    }
    case "InverseSquareRoot": {
      const { steps } = schedule.warmup
      return steps < left ? [] : [{ path: `${path}.warmup`, found: `the peak comes at step ${steps}${has}` }]
    }
    default:
      return []
  }
}

/** Lists what of a schedule never happens, because the run or the part that it stands in is over before. */
export const faultsOf = ({ schedule, totalSteps }: Curve): ReadonlyArray<Fault> => {
  if (schedule._tag !== "Sequence") return ofSingle(schedule, "schedule", totalSteps)
  let from = 0
  return schedule.parts.flatMap(({ length, schedule }, index) => {
    const path = `schedule.parts.${index}`
    const begins = from
    const left = totalSteps - begins
    from += length?.steps ?? left
    return left > 0 ? ofSingle(schedule, `${path}.schedule`, Math.min(length?.steps ?? left, left)) : [{
      path,
      found: `this part begins at step ${begins}, and the run has ${Words.plural(totalSteps, "step")}`
    }]
  })
}

/** Warns of what a schedule says of steps that the run does not have. */
export const scheduleNeverReached: Rule = {
  id: "schedule/never-reached",
  path: "schedule.every",
  others: [
    "schedule.multiply.N.at",
    "schedule.decay",
    "schedule.warmup",
    "schedule.parts.N",
    "schedule.parts.N.schedule.every",
    "schedule.parts.N.schedule.multiply.N.at",
    "schedule.parts.N.schedule.decay",
    "schedule.parts.N.schedule.warmup"
  ],
  severity: "warning",
  reason: "what comes after the end never happens, and the run ends at another learning rate than it seems to",
  source: "the definition of a schedule: step t takes row t, from 0 to the last step",
  remedy: "shorten the lengths within the schedule, or lengthen the run",
  check: ({ curve }) => {
    const faults = curve === null ? [] : faultsOf(curve)
    return faults.length === 0 ? null : faults
  }
}
