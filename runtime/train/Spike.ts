/**
 * Spikes: steps whose loss or gradient norm lies far above those before. No fault by itself: most trainings come down
 * again.
 */
import { medianOf } from "../optim/Ascending.ts"
import type { StepOutcome } from "../step/Step.ts"
import type { Spike } from "./Event.ts"

/** How many last steps a figure is held against, and how many there must be. */
const window = 64
const least = 32
/** What counts as far: so many robust deviations above the median, and so large a share of the median. */
const farAbove = 6
const share = 0.5
/** The median absolute deviation times this is the standard deviation where figures are normally distributed. */
const normal = 1.4826
/** Spikes that are no more than so many steps apart belong together. */
const together = 10

/** What the detector remembers between steps, as plain data: the last figures, and how many spikes there were. */
export interface Memory {
  readonly losses: ReadonlyArray<number>
  readonly norms: ReadonlyArray<number>
  readonly count: number
  /** The first and the last step of the latest spikes that belong together; null before the first one. */
  readonly latest: { readonly first: number; readonly last: number } | null
}

/** Makes what is remembered before the first step. */
export const start: Memory = { losses: [], norms: [], count: 0, latest: null }

/** The figures that are far above the ones before them; null for one that is not. */
export interface Found {
  readonly loss: Spike | null
  readonly gradNorm: Spike | null
}

/** Looks at one finite step after the other. */
export interface Detector {
  /** Returns null where neither figure is far above those before. */
  readonly look: (step: number, outcome: StepOutcome) => Found | null
  readonly memory: () => Memory
  /** The step at which spikes began that the step `step` belongs to; `step` itself where there are none. */
  readonly onset: (step: number) => number
}

const against = (before: ReadonlyArray<number>, value: number): Spike | null => {
  if (before.length < least) return null
  const values = Float64Array.from(before).toSorted()
  const median = medianOf(values)
  if (value <= (1 + share) * median) return null
  const deviation = normal * medianOf(values.map((other) => Math.abs(other - median)).toSorted())
  const deviations = (value - median) / deviation
  return deviations > farAbove ? { value, median, deviations } : null
}

const remembered = (before: Array<number>, value: number): void => {
  before.push(value)
  if (before.length > window) before.shift()
}

/**
 * Watches the figures of an attempt from what is remembered. A spike counts among the figures that later ones are held
 * against: a median hardly moves by it, and what stays high is no spike for long.
 */
export const detector = (memory: Memory = start): Detector => {
  const losses = [...memory.losses]
  const norms = [...memory.norms]
  let { count, latest } = memory
  return {
    look: (step, { gradNorm, loss }) => {
      const found = { loss: against(losses, loss), gradNorm: against(norms, gradNorm) }
      remembered(losses, loss)
      remembered(norms, gradNorm)
      if (found.loss === null && found.gradNorm === null) return null
      count += 1
      latest = { first: latest !== null && step - latest.last <= together ? latest.first : step, last: step }
      return found
    },
    memory: () => ({ losses: [...losses], norms: [...norms], count, latest }),
    onset: (step) => latest !== null && step - latest.last <= together ? latest.first : step
  }
}
