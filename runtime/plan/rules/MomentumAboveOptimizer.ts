import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Advises where a warmup would start the momentum above the optimizer's, which leaves it without one. */
export const momentumAboveOptimizer: Rule = {
  id: "warmup/momentum-above-optimizer",
  path: "warmup.momentumFrom",
  severity: "advice",
  reason: "a warmup never starts above the optimizer's momentum, so that it is the same from the first step on",
  source: "the definition of a warmup: momentum rises to the optimizer's",
  remedy: "state a `momentumFrom` below the optimizer's momentum, or the same",
  check: ({ recipe: { optimizer, warmup } }) =>
    warmup._tag === "Linear" && optimizer._tag === "Sgd" && optimizer.momentum > 0
      && warmup.momentumFrom > optimizer.momentum
      ? `the warmup's momentum begins at ${Words.figure(warmup.momentumFrom)}, the optimizer's is ${
        Words.figure(optimizer.momentum)
      }`
      : null
}
