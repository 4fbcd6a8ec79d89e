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

/** Refuses a loss of which nothing counts. */
export const lossWithoutGain: Rule = {
  id: "loss/without-gain",
  path: "loss",
  severity: "error",
  reason: "the loss is 0 whatever the model says, and nothing would be learnt",
  source: "the definition of the v8 loss: its gains multiply its parts",
  remedy: "set one of the gains above 0, or leave them out, which takes the published ones",
  check: ({ recipe: { loss } }) =>
    loss._tag === "YoloV8" && loss.box === 0 && loss.class === 0 && loss.dfl === 0 ? "all gains are 0" : null
}

/** A share beyond this leaves the last layer a handful of features. */
const mostDropout = 0.8

/** Warns of dropout that leaves next to nothing. */
export const dropoutOfNearlyAll: Rule = {
  id: "dropout/of-nearly-all",
  path: "dropout.share",
  severity: "warning",
  reason: "hardly a feature comes as far as the last layer, so that the model learns little and slowly",
  source: "dropout's publication, where half of the features is the usual share",
  remedy: "set `dropout: Dropout.share(0.2)`, and look at a run before going beyond 0.5",
  check: ({ recipe: { dropout, model } }) =>
    dropout._tag === "Share" && model._tag === "Classifier" && dropout.share > mostDropout
      ? `dropout of ${Words.figure(dropout.share)}`
      : null
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
