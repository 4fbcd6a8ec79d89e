import type { StepOutcome } from "../step/Step.ts"
import type { GradNorm } from "./Outcome.ts"

/** The share of the last steps that a run's loss is averaged over, and the least number of them. */
const lastShare = 0.1
const leastSteps = 10

/** Finds a quantile of ascending numbers by the nearest rank; NaN where there are none. */
const nearestRank = (ascending: ReadonlyArray<number>, quantile: number): number =>
  ascending[Math.max(0, Math.ceil(quantile * ascending.length) - 1)] ?? NaN

const mean = (values: ReadonlyArray<number>): number =>
  values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length

/** Keeps the figures of every step that an attempt's outcome is computed from. */
export class Tally {
  readonly #losses: Array<number> = []
  readonly #norms: Array<number> = []
  #clipped = 0

  add(outcome: StepOutcome): void {
    this.#losses.push(outcome.loss)
    if (!outcome.finite) return
    this.#norms.push(outcome.gradNorm)
    if (outcome.clipped) this.#clipped++
  }

  /** The number of steps so far, the one that was not finite included. */
  get steps(): number {
    return this.#losses.length
  }

  /** Averages the loss over the last tenth of the steps, at least 10, fewer where there were fewer. */
  get loss(): number {
    return mean(this.#losses.slice(-Math.max(leastSteps, Math.round(this.#losses.length * lastShare))))
  }

  /** Clipped over finite steps; 0 before the first. */
  get clipRate(): number {
    return this.#norms.length === 0 ? 0 : this.#clipped / this.#norms.length
  }

  get gradNorm(): GradNorm {
    const ascending = this.#norms.toSorted((left, right) => left - right)
    const middle = ascending.length / 2
    const median = Number.isInteger(middle)
      ? mean(ascending.slice(Math.max(0, middle - 1), middle + 1))
      : ascending[Math.floor(middle)] ?? NaN
    return { median, p99: nearestRank(ascending, 0.99), max: ascending.at(-1) ?? NaN }
  }
}
