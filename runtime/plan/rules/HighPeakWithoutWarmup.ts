import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Five times the learning rate of the published YOLOv8 recipe, which itself begins with a warmup. */
const high = 0.05

/** Warns where the first steps of SGD already take a high learning rate. */
export const highPeakWithoutWarmup: Rule = {
  id: "schedule/high-peak-without-warmup",
  path: "schedule",
  severity: "warning",
  reason: `from ${high} on, five times what YOLOv8 is usually trained with, the first updates easily explode`,
  source: "YOLOv8's published settings: a learning rate of 0.01, reached after a warmup of 3 epochs",
  remedy: "set `warmup: Warmup.linear({ epochs: 3 })`, or lower the schedule's peak",
  check: ({ curve, recipe: { optimizer, warmup } }) => {
    if (curve === null || warmup._tag !== "None" || optimizer._tag !== "Sgd") return null
    const first = curve.at(0).learningRate
    return first >= high ? `the first step takes a learning rate of ${Words.figure(first)} without warmup` : null
  }
}
