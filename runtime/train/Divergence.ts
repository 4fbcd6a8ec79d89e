/**
 * Divergence without a NaN: a loss that stays far above its best, or one that is small only because the detector has
 * stopped matching anything.
 */
import { Diverged } from "../../dsl/Fault.ts"
import type { StepOutcome } from "../step/Step.ts"

/** The loss counts as far above its best mean from this ratio on. */
const farAbove = 10
/** From this ratio on it counts as on its way there. */
const rising = 2
/** Parts of the loss that need a matched box count as gone below this share of what they were in the beginning. */
const gone = 0.01
/** How many steps in a row decide, and how many make a mean, so that one odd batch does neither. */
const inARow = 20
/** How many first steps say what the loss was in the beginning. */
const beginning = 5
/** A rise goes on where so many steps at most came down between. */
const pause = 5
/** After so many steps a rise is held against twice the loss: where a higher level lasts, it is no rise any more. */
const forgotten = 200

/** What the detector remembers between steps, as plain data. */
export interface Memory {
  /** The lowest mean of a row of losses. */
  readonly best: number
  /** The lowest of late, which a rise is held against. */
  readonly low: number
  readonly worst: { readonly step: number; readonly loss: number }
  /** The first of the steps in a row at which nothing was matched, and how many they are; null while something is. */
  readonly vanished: { readonly first: number; readonly steps: number } | null
  readonly first: ReadonlyArray<{ readonly matched: number; readonly loss: number }>
  readonly last: ReadonlyArray<number>
  /** The first step of the latest rise of the loss, and how many came down since its last; null before the first one. */
  readonly rise: { readonly first: number; readonly down: number } | null
}

/** Makes what is remembered before the first step. */
export const start: Memory = {
  best: Infinity,
  low: Infinity,
  worst: { step: 0, loss: -Infinity },
  vanished: null,
  first: [],
  last: [],
  rise: null
}

/** Looks at one step after the other and returns the fault once there is one. */
export interface Detector {
  /** `boxes` tells whether the step's batch holds any; without one there is nothing to match. */
  readonly look: (step: number, outcome: StepOutcome, boxes: boolean) => Diverged | null
  readonly memory: () => Memory
  /** The step at which began what step `step` ended with; `step` itself where the loss was low before. */
  readonly onset: (step: number) => number
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const figure = (value: number): string => String(Number(value.toPrecision(4)))

/**
 * Watches the losses of an attempt from what is remembered. A detector whose scores have all fallen to nothing matches no
 * box to any anchor, so that its box and distribution losses vanish and its whole loss looks better than ever: that is
 * divergence, too.
 */
export const detector = (memory: Memory = start): Detector => {
  let { best, low, rise, vanished, worst } = memory
  const first = [...memory.first]
  const last = [...memory.last]

  return {
    look: (step, { finite, loss, parts }, boxes) => {
      if (!finite || !boxes) return null
      // A classifier matches nothing; its loss has no such part.
      const matched = (parts.box ?? NaN) + (parts.dfl ?? NaN)
      const lossOfFirst = (): number => mean(first.map((step) => step.loss))
      // The first steps may be a part of the rise themselves.
      const high = rising * Math.min(low, first.length === 0 ? Infinity : lossOfFirst())
      if (first.length < beginning) first.push({ matched, loss })
      const began = lossOfFirst()
      if (loss > worst.loss) worst = { step, loss }
      vanished = matched < gone * mean(first.map((step) => step.matched))
        ? { first: vanished?.first ?? step, steps: (vanished?.steps ?? 0) + 1 }
        : null
      // Where nothing is matched what is left of the loss is noise, and would hide the rise that came before.
      if (vanished === null && loss > high) rise = { first: rise !== null && rise.down <= pause ? rise.first : step, down: 0 }
      else if (vanished === null && rise !== null) rise = { ...rise, down: rise.down + 1 }
      last.push(loss)
      if (last.length > inARow) last.shift()
      if (last.length === inARow) {
        best = Math.min(best, mean(last))
        low = Math.min(low * 2 ** (1 / forgotten), mean(last))
      }

      if (vanished !== null && vanished.steps >= inARow) {
        return new Diverged({
          step,
          loss,
          best,
          message: `after a peak of ${figure(worst.loss)} at step ${worst.step} the loss fell to ${figure(loss)}, only because `
            + `nothing is matched any more: over ${inARow} steps hardly a box had an anchor that scores at all`
        })
      }
      // A loss that was nearly 0 may rise far without being high: a new start of the schedule does that.
      if (last.length === inARow && Math.min(...last) > Math.max(farAbove * best, began)) {
        return new Diverged({
          step,
          loss,
          best,
          message: `over ${inARow} steps the loss stayed above where it began and above ${farAbove} times its best mean, `
            + `${figure(best)}; now it is ${figure(loss)}`
        })
      }
      return null
    },
    memory: () => ({ best, low, worst, vanished, first: [...first], last: [...last], rise }),
    onset: (step) => {
      const since = vanished?.first ?? step
      return rise !== null && rise.down <= (vanished === null ? pause : inARow) ? rise.first : since
    }
  }
}
