/**
 * Divergence without a NaN: a loss that stays far above its best, or one that is small only because the detector has
 * stopped matching anything.
 */
import { Diverged } from "../../dsl/Fault.ts"
import type { StepOutcome } from "../step/Step.ts"

/** The loss counts as far above its best mean from this ratio on. */
const farAbove = 10
/** Parts of the loss that need a matched box count as gone below this share of what they were in the beginning. */
const gone = 0.01
/** How many steps in a row decide, and how many make a mean, so that one odd batch does neither. */
const inARow = 20
/** How many first steps say what the loss was in the beginning. */
const beginning = 5

/** Looks at one step after the other and returns the fault once there is one. */
export interface Detector {
  /** `boxes` tells whether the step's batch holds any; without one there is nothing to match. */
  readonly look: (step: number, outcome: StepOutcome, boxes: boolean) => Diverged | null
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const figure = (value: number): string => String(Number(value.toPrecision(4)))

/**
 * Watches the losses of an attempt. A detector whose scores have all fallen to nothing matches no box to any anchor, so
 * that its box and distribution losses vanish and its whole loss looks better than ever: that is divergence, too.
 */
export const detector = (): Detector => {
  let best = Infinity
  let worst = { step: 0, loss: -Infinity }
  let vanished = 0
  const first: Array<{ readonly matched: number; readonly loss: number }> = []
  const last: Array<number> = []

  return {
    look: (step, { finite, loss, parts }, boxes) => {
      if (!finite || !boxes) return null
      // A classifier matches nothing; its loss has no such part.
      const matched = (parts.box ?? NaN) + (parts.dfl ?? NaN)
      if (first.length < beginning) first.push({ matched, loss })
      if (loss > worst.loss) worst = { step, loss }
      last.push(loss)
      if (last.length > inARow) last.shift()
      if (last.length === inARow) best = Math.min(best, mean(last))
      vanished = matched < gone * mean(first.map((step) => step.matched)) ? vanished + 1 : 0

      if (vanished >= inARow) {
        return new Diverged({
          step,
          loss,
          best,
          message: `after a peak of ${figure(worst.loss)} at step ${worst.step} the loss fell to ${figure(loss)}, only because `
            + `nothing is matched any more: over ${inARow} steps hardly a box had an anchor that scores at all`
        })
      }
      // A loss that was nearly 0 may rise far without being high: a new start of the schedule does that.
      const high = Math.max(farAbove * best, mean(first.map((step) => step.loss)))
      if (last.length === inARow && Math.min(...last) > high) {
        return new Diverged({
          step,
          loss,
          best,
          message: `over ${inARow} steps the loss stayed above where it began and above ${farAbove} times its best mean, `
            + `${figure(best)}; now it is ${figure(loss)}`
        })
      }
      return null
    }
  }
}
