import type * as Ema from "../../../dsl/Ema.ts"
import * as OptimEma from "../../optim/Ema.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** An average whose weights are older than this share of the run shows a model of long ago. */
const stale = 1 / 3
/** Longer runs are not gone through step by step: their decay is at its limit nearly all the time. */
const mostSteps = 1_000_000

/** How old, in updates, the weights in an average are after so many updates, by their shares in it. */
const ageAfter = (ema: Ema.Ema, updates: number): number => {
  if (ema._tag === "Off") return 0
  const limit = ema.decay / (1 - ema.decay)
  if (updates > mostSteps) return limit * (1 - ema.decay ** updates)
  let age = 0
  for (let update = 1; update <= updates; update++) age = OptimEma.decayAt(ema, update) * (age + 1)
  return age
}

/** Warns where what is evaluated is an average of weights from long before. */
export const emaOfLongAgo: Rule = {
  id: "ema/of-long-ago",
  path: "ema.decay",
  severity: "warning",
  reason: "what is evaluated is the model of back then, and looks worse than what was trained",
  source: "the average's definition: it follows the weights by (1 - decay) at every update",
  remedy: "lower `decay` or raise `tau` in `Ema.exponential`; a tenth of the run is a usual age",
  check: ({ recipe: { ema }, totalSteps }) => {
    if (ema._tag === "Off" || totalSteps === null || ema.decay / (1 - ema.decay) < stale * totalSteps) return null
    const age = ageAfter(ema, totalSteps)
    return age > stale * totalSteps
      ? `at the end the averaged weights are ${Words.plural(Math.round(age), "update")} old, of ${totalSteps}`
      : null
  }
}

/** Advises where a run is over before its average averages anything. */
export const emaHardlyAverages: Rule = {
  id: "ema/hardly-averages",
  path: "ema.tau",
  severity: "advice",
  reason: "the decay rises too slowly for this run, so that the average is nearly the weights themselves",
  source: "the average's definition: its decay is `decay * (1 - exp(-update / tau))`, and tau is 2000 for long runs",
  remedy: "set `tau` in `Ema.exponential` to a tenth of the run's steps, or `ema: Ema.off`",
  check: ({ recipe: { ema }, totalSteps }) =>
    ema._tag === "Exponential" && totalSteps !== null && totalSteps < ema.tau
      ? `the decay takes about ${Words.figure(ema.tau)} updates to rise, the run has ${totalSteps}, and at its end it `
        + `is ${Words.figure(OptimEma.decayAt(ema, totalSteps))} of ${Words.figure(ema.decay)}`
      : null
}
