import type { Rule } from "./Rule.ts"

/** Warns where nothing bounds the first updates of weights that start at random, as all models' do. */
export const clipOffOnColdStart: Rule = {
  id: "clip/off-on-cold-start",
  path: "clip",
  severity: "warning",
  reason: "the gradients of random weights are the largest of a training, and nothing bounds the first updates",
  source: "practice with YOLO: a cold start takes clipping and a linear warmup",
  check: ({ recipe }) =>
    recipe.clip._tag === "Off" && recipe.warmup._tag === "None" ? "a cold start without clipping and warmup" : null
}
