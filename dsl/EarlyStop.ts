import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** The training goes its whole length. */
export const Off = Schema.TaggedStruct("Off", {})

/** A figure of the validation split that may stop a training. */
const Metric = Schema.Literals(["map", "map50", "accuracy"])

/**
 * Ends a training after `evaluations` evaluations in a row whose `metric` is no more than `delta` above the best; null
 * stands for a detector's `map` or a classifier's `accuracy`.
 */
export const Patience = Schema.TaggedStruct("Patience", {
  evaluations: Quantity.countUpTo(1_000_000),
  metric: Schema.NullOr(Metric),
  delta: Quantity.nonNegative
})
export type Patience = typeof Patience.Type

/** Whether a training may end before its length, because it has stopped getting better. */
export const EarlyStop = Schema.Union([Off, Patience])
export type EarlyStop = typeof EarlyStop.Type

/** Trains for the whole length. */
export const off: EarlyStop = { _tag: "Off" }

/**
 * Stops early. Give `evaluate` a cadence, because only evaluations are counted, from the first on that finds anything.
 * The best evaluation counts as what the run comes to, and its checkpoint stands for the run.
 */
export const patience = (options: {
  readonly evaluations: number
  readonly metric?: Patience["metric"]
  readonly delta?: number
}): Patience => ({ _tag: "Patience", metric: null, delta: 0, ...options })
