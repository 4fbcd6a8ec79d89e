import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"

/** When the whole state is written to disk: always at the end, and after `every` so many steps or epochs. */
export const Checkpoint = Schema.Struct({ every: Schema.NullOr(Length.Length) })
export type Checkpoint = typeof Checkpoint.Type

/** Writes a checkpoint at the end alone. */
export const atEnd: Checkpoint = { every: null }

/** Writes a checkpoint after every so many steps or epochs, and at the end. */
export const every = (length: Length.Length): Checkpoint => ({ every: length })
