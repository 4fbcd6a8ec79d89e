import * as Rates from "./Rates.ts"
import type { Context, LaidOut, Rule } from "./Rule.ts"
import * as StartingWeights from "./StartingWeights.ts"

const isBare = ({ curve, recipe: { clip, warmup } }: Context): boolean =>
  clip._tag === "Off" && warmup._tag === "None" && (curve === null || !Rates.startsLow(curve))

/** Warns where nothing bounds the first updates of weights that start at random. */
export const clipOffOnColdStart: Rule = {
  id: "clip/off-on-cold-start",
  path: "clip",
  severity: "warning",
  reason: "the gradients of random weights are the largest of a training, and nothing bounds the first updates",
  source: "practice with YOLO: a cold start takes clipping and a linear warmup",
  remedy: "set `clip: Clip.globalNorm(1)`, or `warmup: Warmup.linear({ epochs: 3 })`, or both",
  check: (context) =>
    isBare(context) && context.recipe.model.weights === undefined ? "a cold start without clipping and warmup" : null
}

/** Says the same of trained weights that fit so little that most of the model starts at random. */
export const clipOffOnNearlyColdStart: Rule<LaidOut> = {
  ...clipOffOnColdStart,
  check: (context) =>
    isBare(context) && StartingWeights.isHardlyStarted(context)
      ? "nearly a cold start, by another model's weights, without clipping and warmup"
      : null
}
