import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"
import * as Quantity from "./Quantity.ts"

/**
 * When the whole state is written to disk: always at the end, and after `every` so many steps or epochs. The newest
 * `keep` of them stay; all do where it is null.
 */
export const Checkpoint = Schema.Struct({
  every: Schema.NullOr(Length.Length),
  keep: Schema.NullOr(Quantity.count)
})
export type Checkpoint = typeof Checkpoint.Type

/** Writes a checkpoint at the end alone. */
export const atEnd: Checkpoint = { every: null, keep: null }

/**
 * Writes a checkpoint after every so many steps or epochs, and at the end: `Checkpoint.every({ steps: 500, keep: 3 })`.
 */
export const every = (options: Length.Length & { readonly keep?: number }): Checkpoint => {
  const [length, others] = Length.split(options)
  return { every: length, keep: null, ...others }
}
