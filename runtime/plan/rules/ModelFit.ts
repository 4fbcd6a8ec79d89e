import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const families = { Yolo: "a detector", Classifier: "a classifier" } as const

/** Refuses a loss of things that the model does not say. */
export const lossOfAnotherModel: Rule = {
  id: "loss/of-another-model",
  path: "loss",
  severity: "error",
  reason: "it is computed from outputs that this model does not have",
  source: "the definitions: the v8 loss is of boxes and scores, binary cross entropy is of an image's scores",
  remedy: "leave `loss` out, which takes the model's own; a detector's is `Loss.yoloV8()`, a classifier's "
    + "`Loss.binaryCrossEntropy()`",
  check: ({ recipe: { loss, model } }) =>
    (loss._tag === "YoloV8") === (model._tag === "Yolo") ? null : `the loss ${loss._tag} for ${families[model._tag]}`
}

/** Warns of dropout that the network has no place for. */
export const dropoutWithoutPlace: Rule = {
  id: "dropout/without-place",
  path: "dropout",
  severity: "warning",
  reason: "a YOLOv8 has none, so that nothing is left out and the run is the same without it",
  source: "the architecture: no layer of a YOLOv8 drops features",
  remedy: "leave `dropout` out; augmentation and early stopping are what holds a detector's overfitting back",
  check: ({ recipe: { dropout, model } }) =>
    dropout._tag === "Share" && dropout.share > 0 && model._tag === "Yolo"
      ? `dropout of ${Words.figure(dropout.share)} in a detector`
      : null
}
