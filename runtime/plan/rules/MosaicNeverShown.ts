import * as Closing from "../Closing.ts"
import * as Length from "../Length.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Advises of a mosaic that is asked for and never shown. */
export const mosaicNeverShown: Rule = {
  id: "augment/mosaic-never-shown",
  path: "augment.closing",
  severity: "advice",
  reason: "the whole run goes without, and is another than its recipe reads like",
  source: "the definition of the closing: the last steps, over which no mosaic is shown",
  remedy: "shorten `closing` in `Augment.standard` to a tenth of the run, or set `mosaic: 0`",
  check: ({ recipe: { augment }, stepsPerEpoch, totalSteps }) => {
    if (augment._tag === "Off" || !Closing.hasMosaic(augment)) return null
    const closing = Length.steps(augment.closing, stepsPerEpoch)
    return Closing.from(augment, { stepsPerEpoch, totalSteps }) === 0
      ? `no mosaic is shown over the last ${closing} steps, the whole training takes ${
        Words.plural(totalSteps ?? 0, "step")
      }`
      : null
  }
}
