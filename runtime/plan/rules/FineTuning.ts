import type { LaidOut, Rule } from "./Rule.ts"
import * as StartingWeights from "./StartingWeights.ts"
import * as Words from "./Words.ts"

/** Fewer images than this are learnt by heart before a fine-tuning ends. */
const small = 1000

/** A shorter run is over before anything is learnt by heart, and has no room for a patience. */
const shortest = 10

const imagesOf = (context: LaidOut): number | null => {
  const { facts } = context
  return facts !== null && facts.images.train < small && StartingWeights.isFineTuning(context)
    ? facts.images.train
    : null
}

/** Ten evaluations leave room for a patience of 5, which outlasts a warmup of half of the run. */
const stops = "`evaluate: Evaluate.every({ steps })` with a tenth of the run's steps, rounded up, and "
  + "`earlyStop: EarlyStop.patience({ evaluations: 5 })`"

/** Advises against clipping where trained weights meet a small data set. */
export const clippedFineTuning: Rule<LaidOut> = {
  id: "clip/on-small-fine-tuning",
  path: "clip",
  severity: "advice",
  reason: "trained weights have small gradients, and what goes wrong is overfitting, which clipping does not stop",
  source: "practice with YOLO: fine-tuning on little data takes early stopping and dropout instead of clipping",
  remedy: `set \`clip: Clip.off\`, and against overfitting ${stops}; a classifier also takes \`dropout: `
    + "Dropout.share(0.2)`",
  check: (context) => {
    const images = imagesOf(context)
    return images !== null && context.recipe.clip._tag !== "Off"
      ? `trained weights on ${Words.plural(images, "image")}, with clipping`
      : null
  }
}

/** Advises to stop early where trained weights meet a small data set. */
export const fineTuningWithoutEarlyStop: Rule<LaidOut> = {
  id: "early-stop/off-on-small-fine-tuning",
  path: "earlyStop",
  severity: "advice",
  reason: "so few images are soon learnt by heart, and every step after that makes the model worse",
  source: "practice with YOLO: fine-tuning on little data takes early stopping",
  remedy: `set ${stops}`,
  check: (context) => {
    const images = imagesOf(context)
    const { recipe: { earlyStop }, totalSteps } = context
    return images !== null && earlyStop._tag === "Off" && totalSteps !== null && totalSteps >= shortest
      ? `trained weights on ${Words.plural(images, "image")}, over the whole length of ${totalSteps} steps`
      : null
  }
}
