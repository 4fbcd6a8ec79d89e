import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/**
 * How long something lasts: so many optimizer steps, or so many passes over the training images. Never a bare number. An
 * epoch has as many steps as its images fill, `floor(images / (batch * accumulate))`; the images left over wait for the
 * next shuffle.
 */
export type Length =
  | { readonly steps: number; readonly epochs?: never }
  | { readonly epochs: number; readonly steps?: never }

const expected = "{ steps } or { epochs }"

const either = Schema.Struct({
  steps: Schema.optionalKey(Quantity.countUpTo(1_000_000_000)),
  epochs: Schema.optionalKey(Quantity.positiveUpTo(1_000_000))
}).pipe(
  Schema.check(Schema.makeFilter(
    (length: { readonly steps?: number; readonly epochs?: number }) => ("steps" in length) !== ("epochs" in length),
    { expected }
  ))
)

// The schema checks that exactly one is there, which its type cannot say.
export const Length = either as unknown as Schema.Codec<Length>

/**
 * Parts a length from the options that are written beside it, so that a misspelt option is reported among those. What is
 * no object is taken for the length, and refused as one.
 */
export const split = (options: Length): readonly [length: Length, others: object] => {
  if (typeof options !== "object" || options === null) return [options, {}]
  const length = Object.fromEntries(Object.entries(options).filter(([name]) => name === "steps" || name === "epochs"))
  const others = Object.fromEntries(Object.entries(options).filter(([name]) => name !== "steps" && name !== "epochs"))
  return [length as unknown as Length, others]
}
