import type { Context, Rule } from "./Rule.ts"

/** Fewer images than this are learnt by heart before a fine-tuning ends. */
const small = 1000

const imagesOf = ({ facts, recipe: { model } }: Context): number | null =>
  model.weights !== undefined && facts !== null && facts.images.train < small ? facts.images.train : null

/** Advises against clipping where trained weights meet a small data set. */
export const clippedFineTuning: Rule = {
  id: "clip/on-small-fine-tuning",
  path: "clip",
  severity: "advice",
  reason: "trained weights have small gradients, and what goes wrong is overfitting, which clipping does not stop",
  source: "practice with YOLO: fine-tuning on little data takes early stopping and dropout instead of clipping",
  remedy: "set `clip: Clip.off`, and `earlyStop: EarlyStop.patience({ evaluations: 10 })`; a classifier also takes "
    + "`dropout: Dropout.share(0.2)`",
  check: (context) => {
    const images = imagesOf(context)
    return images !== null && context.recipe.clip._tag !== "Off"
      ? `trained weights on ${images} images, with clipping`
      : null
  }
}

/** Advises to stop early where trained weights meet a small data set. */
export const fineTuningWithoutEarlyStop: Rule = {
  id: "early-stop/off-on-small-fine-tuning",
  path: "earlyStop",
  severity: "advice",
  reason: "so few images are soon learnt by heart, and every step after that makes the detector worse",
  source: "practice with YOLO: fine-tuning on little data takes early stopping",
  remedy: "set `earlyStop: EarlyStop.patience({ evaluations: 10 })` and `evaluate: Evaluate.every({ epochs: 1 })`",
  check: (context) => {
    const images = imagesOf(context)
    return images !== null && context.recipe.earlyStop._tag === "Off"
      ? `trained weights on ${images} images, over the whole length`
      : null
  }
}
