/**
 * When a training has stopped getting better.
 */
import type * as EarlyStop from "../../dsl/EarlyStop.ts"
import type { Measured } from "./Evaluate.ts"

/** What an evaluation means for a training that may stop early. */
export interface Verdict {
  /** No evaluation before was better by more than the recipe's delta. */
  readonly best: boolean
  /** Why the training is to end now; null where it goes on. */
  readonly stop: string | null
}

/** What a judge remembers between evaluations, as plain data: the best one, and how many came since. */
export interface Memory {
  readonly best: { readonly step: number; readonly value: number }
  readonly worse: number
}

/** Makes what is remembered before the first evaluation. */
export const start: Memory = { best: { step: 0, value: -Infinity }, worse: 0 }

export interface Judge {
  readonly look: (step: number, measured: Measured) => Verdict
  readonly memory: () => Memory
}

const figure = (value: number): string => String(Number(value.toPrecision(4)))

const reason = (
  metric: string,
  { delta, evaluations }: EarlyStop.Patience,
  best: { readonly step: number; readonly value: number }
): string => {
  const counted = evaluations === 1 ? "in 1 evaluation" : `in ${evaluations} evaluations in a row`
  if (best.value === -Infinity) return `stopped early: ${counted} there was no ${metric}`
  const rose = delta === 0 ? "did not rise above" : `rose by no more than ${figure(delta)} above`
  return `stopped early: ${counted} ${metric} ${rose} its best, ${figure(best.value)} after step ${best.step}`
}

/**
 * Judges one evaluation after the other, from what is remembered. A metric that the model's family does not have is never
 * better.
 */
export const judge = (earlyStop: EarlyStop.EarlyStop, memory: Memory = start): Judge => {
  if (earlyStop._tag === "Off") return { look: () => ({ best: false, stop: null }), memory: () => memory }
  const { delta, evaluations } = earlyStop
  let { best, worse } = memory
  return {
    memory: () => ({ best, worse }),
    look: (step, measured) => {
      const metric = earlyStop.metric ?? (measured.accuracy === null ? "map" : "accuracy")
      const value = measured[metric] ?? -Infinity
      // A detector that finds nothing yet has not stopped getting better: it has not begun.
      if (value === 0 && best.value === -Infinity) return { best: false, stop: null }
      if (value > best.value + delta) {
        best = { step, value }
        worse = 0
        return { best: true, stop: null }
      }
      worse += 1
      return {
        best: false,
        stop: worse < evaluations ? null : reason(metric, earlyStop, best)
      }
    }
  }
}
