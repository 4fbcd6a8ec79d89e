import * as Rates from "./Rates.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const highest = 1

/** Warns of a learning rate that no detector is trained with. */
export const rateBeyondPractice: Rule = {
  id: "schedule/rate-beyond-practice",
  path: "schedule",
  severity: "warning",
  reason: "one update moves the weights by more than their gradient, and a training hardly outlives that",
  source: "YOLOv8's published settings: a learning rate of 0.01 for SGD; image classifiers begin at 0.1",
  remedy: "lower the schedule's peak to 0.01, and raise it from run to run",
  check: ({ curve, recipe: { optimizer } }) => {
    if (curve === null || optimizer._tag !== "Sgd") return null
    const peak = Rates.named(curve)
    return peak > highest ? `SGD at a learning rate of up to ${Words.figure(peak)}` : null
  }
}

/** Warns of a schedule that never moves a weight. */
export const scheduleOfZero: Rule = {
  id: "schedule/zero-throughout",
  path: "schedule",
  severity: "warning",
  reason: "an update is multiplied by it, so that nothing would be learnt",
  source: "the definition of an update: the learning rate multiplies it",
  remedy: "set the schedule's peak above 0",
  check: ({ curve }) =>
    curve !== null && Rates.named(curve) === 0
      ? `the schedule's learning rate is 0 over ${Words.plural(curve.totalSteps, "step")}, the whole run`
      : null
}
