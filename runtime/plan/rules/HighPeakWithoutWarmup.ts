import * as Curve from "../../optim/Curve.ts"
import type { Rule } from "./Rule.ts"

/** Five times the learning rate of the published YOLOv8 recipe, which itself begins with a warmup. */
const high = 0.05

/** Warns where the first steps already take a high learning rate. */
export const highPeakWithoutWarmup: Rule = {
  id: "schedule/high-peak-without-warmup",
  path: "schedule",
  severity: "warning",
  reason: `from ${high} on, five times what YOLOv8 is usually trained with, the first updates easily explode`,
  source: "YOLOv8's published settings: a learning rate of 0.01, reached after a warmup of 3 epochs",
  check: ({ recipe }) => {
    if (recipe.warmup._tag !== "None") return null
    const first = Curve.scheduled(recipe.schedule, 0, 1)
    return first >= high ? `the first step takes a learning rate of ${first} without warmup` : null
  }
}
