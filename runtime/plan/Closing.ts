/**
 * The end of a training, over which no mosaic is shown: a detector last sees such images as it will be asked about.
 */
import type * as Augment from "../../dsl/Augment.ts"
import * as Length from "./Length.ts"

/** Tells whether images are ever shown in a mosaic. */
export const hasMosaic = (augment: Augment.Augment): boolean => augment._tag === "Standard" && augment.mosaic > 0

/**
 * Finds the step from which on no mosaic is shown; 0 where none ever is. Returns null where that hangs on a length in
 * epochs and the steps of one are not known.
 */
export const from = (
  augment: Augment.Augment,
  { stepsPerEpoch, totalSteps }: { readonly stepsPerEpoch: number | null; readonly totalSteps: number | null }
): number | null => {
  if (augment._tag === "Off" || !hasMosaic(augment)) return 0
  const closing = Length.steps(augment.closing, stepsPerEpoch)
  return closing === null || totalSteps === null ? null : Math.max(0, totalSteps - closing)
}
