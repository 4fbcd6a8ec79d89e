import * as Rates from "./Rates.ts"
import type { Rule } from "./Rule.ts"

/** Warns where nothing bounds the first updates of weights that start at random. */
export const clipOffOnColdStart: Rule = {
  id: "clip/off-on-cold-start",
  path: "clip",
  severity: "warning",
  reason: "the gradients of random weights are the largest of a training, and nothing bounds the first updates",
  source: "practice with YOLO: a cold start takes clipping and a linear warmup",
  remedy: "set `clip: Clip.globalNorm(1)`, or `warmup: Warmup.linear({ epochs: 3 })`, or both",
  check: ({ curve, recipe: { clip, model, warmup } }) =>
    clip._tag === "Off" && warmup._tag === "None" && model.weights === undefined
      && (curve === null || !Rates.startsLow(curve))
      ? "a cold start without clipping and warmup"
      : null
}
