import type * as Length from "../../dsl/Length.ts"

/** Counts the optimizer steps of one pass over `images`: what does not fill a batch is dropped, but one step is made. */
export const stepsPerEpoch = (images: number, batch: number): number => Math.max(1, Math.floor(images / batch))

/**
 * Resolves a length to optimizer steps; parts of an epoch are rounded to the nearest step. Returns null for a length in
 * epochs where the steps of one are not known.
 */
export const steps = (length: Length.Length, stepsPerEpoch: number | null): number | null => {
  if (length.steps !== undefined) return length.steps
  return stepsPerEpoch === null ? null : Math.round(length.epochs * stepsPerEpoch)
}
