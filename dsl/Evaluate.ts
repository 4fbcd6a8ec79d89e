import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"

/**
 * When average precision is measured on the validation split: always at the end, and after `every` so many steps or
 * epochs.
 */
export const Evaluate = Schema.Struct({ every: Schema.NullOr(Length.Length) })
export type Evaluate = typeof Evaluate.Type

/** Evaluates at the end alone. */
export const atEnd: Evaluate = { every: null }

/** Evaluates after every so many steps or epochs, and at the end. */
export const every = (length: Length.Length): Evaluate => ({ every: length })
