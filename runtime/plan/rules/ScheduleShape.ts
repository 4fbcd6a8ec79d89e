import * as Rates from "./Rates.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** A hill whose end is this much above its foot is no flat line. */
const rising = 1.1

/** Warns of a schedule that ends at its highest learning rate. */
export const risesToTheEnd: Rule = {
  id: "schedule/rises-to-the-end",
  path: "schedule",
  severity: "warning",
  reason: "weights settle while the rate falls, and these are measured where it is at its highest",
  source: "practice: every published detector is trained on a rate that falls; `peak` and `final` are easily exchanged",
  remedy: "set `final` below `peak`, or accept it where the rise is the question, as in a search for a learning rate",
  check: ({ curve }) => {
    if (curve === null || curve.warmupSteps >= curve.totalSteps - 1) return null
    const first = curve.at(curve.warmupSteps).learningRate
    const last = Rates.last(curve)
    return last > first * rising && last >= Rates.peak(curve)
      ? `the learning rate rises from ${Words.figure(first)} to ${Words.figure(last)} at the last step`
      : null
  }
}
