import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const strong = 0.01

/** Warns of a weight decay that is right for AdamW alone. */
export const strongWeightDecay: Rule = {
  id: "optimizer/strong-weight-decay",
  path: "optimizer.weightDecay",
  severity: "warning",
  reason: "here it is part of the gradient, and pulls the weights to 0 faster than they learn",
  source: "YOLOv8's published 5e-4 for SGD; 0.01 is the published value of AdamW, whose decay is decoupled",
  remedy: "set `weightDecay: 5e-4`, or take `Optimizer.adamw`",
  check: ({ recipe: { optimizer } }) =>
    optimizer._tag !== "AdamW" && optimizer.weightDecay >= strong
      ? `${optimizer._tag === "Sgd" ? "SGD" : "Adam"} with a weight decay of ${Words.figure(optimizer.weightDecay)}`
      : null
}
