import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Advises where a run does not show every training image once. */
export const lengthBelowEpoch: Rule = {
  id: "length/below-one-epoch",
  path: "length",
  severity: "advice",
  reason: "some images are never shown, and others at another seed",
  source: "the definition of an epoch: one pass over the training images",
  remedy: "lengthen the run where it is meant to learn; for a test that it runs at all this is fine",
  check: ({ stepsPerEpoch, totalSteps }) =>
    totalSteps !== null && stepsPerEpoch !== null && totalSteps < stepsPerEpoch
      ? `the run takes ${Words.plural(totalSteps, "step")}, an epoch ${stepsPerEpoch}`
      : null
}
