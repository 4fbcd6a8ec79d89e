/**
 * How often a recipe has a training attempted, as the ladder counts it.
 */
import type * as Retry from "../../../dsl/Retry.ts"
import * as Canonical from "../../plan/Canonical.ts"

/** Counts the attempts that a decision allows after the first one. */
export const further = (decision: Retry.Change | Retry.Repeat): number => {
  switch (decision._tag) {
    case "Stop":
      return 0
    case "Again":
      return decision.times
    case "Climb":
      return decision.rungs.length
    case "Diagnose":
      return decision.attempts
  }
}

/** Counts the attempts of one run at most, the first among them. Faults with equal decisions use up one count together. */
export const most = ({ on }: Retry.Retry): number => {
  const decisions = new Map(Object.values(on).map((decision) => [Canonical.encode(decision), decision]))
  return [...decisions.values()].reduce((sum, decision) => sum + further(decision), 1)
}
