import type { StepOutcome } from "../step/Step.ts"
import type { GradNorm } from "./Outcome.ts"

/** The share of the last steps that a run's loss is averaged over, and the least number of them. */
const lastShare = 0.1
const leastSteps = 10

/**
 * The figures of every step from the first on, each a float32 as steps report them; `clipped` is 1 where the step was
 * and 0 elsewhere.
 */
export interface History {
  readonly losses: Float32Array
  readonly norms: Float32Array
  readonly clipped: Float32Array
}

/** Finds a quantile of ascending numbers by the nearest rank; NaN where there are none. */
const nearestRank = (ascending: ReadonlyArray<number>, quantile: number): number =>
  ascending[Math.max(0, Math.ceil(quantile * ascending.length) - 1)] ?? NaN

const mean = (values: ReadonlyArray<number>): number =>
  values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length

/** Keeps the figures of every step that an attempt's outcome is computed from, those before its first step included. */
export class Tally {
  readonly #losses: Array<number>
  readonly #norms: Array<number>
  readonly #clipped: Array<boolean>

  constructor(before: History | null = null) {
    this.#losses = [...before?.losses ?? []]
    this.#norms = [...before?.norms ?? []]
    this.#clipped = Array.from(before?.clipped ?? [], (value) => value === 1)
  }

  add(outcome: StepOutcome): void {
    this.#losses.push(outcome.loss)
    this.#norms.push(outcome.gradNorm)
    this.#clipped.push(outcome.clipped)
  }

  /** The number of steps so far, the one that was not finite included. */
  get steps(): number {
    return this.#losses.length
  }

  /** What every step came to. */
  get figures(): { readonly losses: ReadonlyArray<number>; readonly norms: ReadonlyArray<number>; readonly clipped: ReadonlyArray<boolean> } {
    return { losses: this.#losses, norms: this.#norms, clipped: this.#clipped }
  }

  /** The last step's figures; NaN before the first. */
  get last(): { readonly loss: number; readonly gradNorm: number } {
    return { loss: this.#losses.at(-1) ?? NaN, gradNorm: this.#norms.at(-1) ?? NaN }
  }

  /** The figures of the first `steps` steps. */
  history(steps: number = this.steps): History {
    return {
      losses: Float32Array.from(this.#losses.slice(0, steps)),
      norms: Float32Array.from(this.#norms.slice(0, steps)),
      clipped: Float32Array.from(this.#clipped.slice(0, steps), Number)
    }
  }

  /** Averages the loss over the last tenth of the steps, at least 10, fewer where there were fewer. */
  get loss(): number {
    return mean(this.#losses.slice(-Math.max(leastSteps, Math.round(this.#losses.length * lastShare))))
  }

  /** Clipped over finite steps; 0 before the first. */
  get clipRate(): number {
    const finite = this.#finiteNorms().length
    return finite === 0 ? 0 : this.#clipped.filter((clipped) => clipped).length / finite
  }

  get gradNorm(): GradNorm {
    const ascending = this.#finiteNorms().toSorted((left, right) => left - right)
    const middle = ascending.length / 2
    const median = Number.isInteger(middle)
      ? mean(ascending.slice(Math.max(0, middle - 1), middle + 1))
      : ascending[Math.floor(middle)] ?? NaN
    return { median, p99: nearestRank(ascending, 0.99), max: ascending.at(-1) ?? NaN }
  }

  #finiteNorms(): ReadonlyArray<number> {
    return this.#norms.filter((norm, step) => Number.isFinite(norm) && Number.isFinite(this.#losses[step]))
  }
}
