/**
 * What an injection demands of an arm, so that it is brought about at all.
 */
import type * as Injection from "../../dsl/Injection.ts"
import * as PlanLength from "../plan/Length.ts"
import type * as Plan from "../plan/Plan.ts"
import * as StepInjection from "../step/Injection.ts"

/** An arm that can run. */
export interface Demanded {
  readonly plan: Pick<Plan.Arm, "graph" | "recipe" | "schedule">
  /** How many images it trains on. */
  readonly images: number
  /** Ends it after so many steps; null for its whole length. */
  readonly steps: number | null
}

/** Counts the checkpoints that may be written: where the recipe says, after evaluations that may be the best, at the end. */
const checkpointsOf = ({ recipe, schedule: { stepsPerEpoch } }: Demanded["plan"], last: number): number => {
  const { checkpoint, earlyStop, evaluate } = recipe
  const lengths = earlyStop._tag === "Off" ? [checkpoint.every] : [checkpoint.every, evaluate.every]
  const cadences = lengths.flatMap((length) =>
    length === null ? [] : [Math.max(1, PlanLength.steps(length, stepsPerEpoch) ?? Infinity)]
  )
  let count = 1
  for (let step = 1; step < last; step++) {
    if (cadences.some((every) => step % every === 0)) count += 1
  }
  return count
}

/** Says why an injection would never be brought about in an arm; null where it can be. */
export const obstacle = (injection: Injection.Injection, { images, plan, steps }: Demanded): string | null => {
  const last = Math.min(plan.schedule.totalSteps ?? Infinity, steps ?? Infinity)
  switch (injection._tag) {
    case "BadImage":
      return injection.index < images ? null : `the last training image is number ${images - 1}`
    case "DiskFull": {
      const most = checkpointsOf(plan, last)
      return injection.checkpoint <= most ? null : `the last checkpoint is number ${most}`
    }
    default: {
      if (injection.step >= last) return `the last step is number ${last - 1}`
      const node = "node" in injection ? injection.node : null
      return node === null || plan.graph === null ? null : StepInjection.obstacle(plan.graph, node)
    }
  }
}
