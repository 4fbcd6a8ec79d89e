import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"

/** When something recurs: after every so many steps or epochs, and always at the end; null for the end alone. */
export const Cadence = Schema.NullOr(Length.Length)
export type Cadence = typeof Cadence.Type

/** Happens at the end alone. */
export const atEnd: Cadence = null

/** Happens after every so many steps or epochs, and at the end. */
export const every = (length: Length.Length): Cadence => length
