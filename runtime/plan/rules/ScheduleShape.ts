import * as Sequence from "../../optim/Sequence.ts"
import * as NeverReached from "./NeverReached.ts"
import * as Rates from "./Rates.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** A rate that rises more than this at once is a restart nobody warmed up, one that falls more a typing error. */
const mostUp = 2
const mostDown = 10

const jumps = (before: number, after: number): boolean => after > mostUp * before || after * mostDown < before

/** Warns of a sequence whose parts do not begin where the one before has ended. */
export const partsDoNotMeet: Rule = {
  id: "schedule/parts-do-not-meet",
  path: "schedule",
  severity: "warning",
  reason: `more than ${mostUp} times up at once is a start without warmup in the middle of the run, more than ${
    mostDown
  } times down ends the learning there`,
  source: "the definition of a sequence: each part runs as if its own length were the whole",
  remedy: "let each part begin at the rate that the one before ends at, or accept a restart that is meant",
  check: ({ curve }) => {
    if (curve === null) return null
    const found = Sequence.seams(curve.schedule, curve.totalSteps).flatMap(({ after, before, step }) =>
      step > curve.warmupSteps && jumps(before, after)
        ? [`from ${Words.figure(before)} to ${Words.figure(after)} at step ${step}`]
        : []
    )
    return found.length === 0 ? null : `the learning rate jumps ${Words.listed(found)}`
  }
}

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
    // A fall that the run's end cuts off is told by itself, with what is to be shortened.
    if (curve === null || NeverReached.faultsOf(curve).length > 0) return null
    if (curve.warmupSteps >= curve.totalSteps - 1) return null
    const first = curve.at(curve.warmupSteps).learningRate
    const last = Rates.last(curve)
    return last > first * rising && last >= Rates.peak(curve)
      ? `the learning rate rises from ${Words.figure(first)} to ${Words.figure(last)} at the last step`
      : null
  }
}
