import * as Length from "../Length.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Warns of what would happen every so often, but for the first time after the run's end. */
export const cadenceLongerThanRun: Rule = {
  id: "cadence/longer-than-run",
  path: "evaluate.every",
  others: ["checkpoint.every", "monitor.length"],
  severity: "warning",
  reason: "it never comes round before the end",
  source: "the definition of a cadence: after every so many steps",
  remedy: "shorten it, or leave it out",
  check: ({ recipe: { checkpoint, evaluate, monitor }, stepsPerEpoch, totalSteps }) => {
    if (totalSteps === null) return null
    const cadences = [
      { path: "evaluate.every", what: "evaluated", every: evaluate.every },
      { path: "checkpoint.every", what: "written to disk", every: checkpoint.every },
      { path: "monitor.length", what: "monitored", every: monitor._tag === "Off" ? null : monitor.length }
    ]
    const faults = cadences.flatMap(({ every, path, what }) => {
      const steps = every === null ? null : Length.steps(every, stepsPerEpoch)
      return steps === null || steps <= totalSteps ? [] : [{
        path,
        found: `the run is ${what} every ${Words.plural(steps, "step")} and takes ${totalSteps}`
      }]
    })
    return faults.length === 0 ? null : faults
  }
}
