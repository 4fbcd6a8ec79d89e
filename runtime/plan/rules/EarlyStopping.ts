import * as Length from "../Length.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Warns where a run has too few evaluations to be stopped by them. */
export const earlyStopNeverReached: Rule = {
  id: "early-stop/never-reached",
  path: "evaluate.every",
  severity: "warning",
  reason: "only evaluations are counted, and the first of them sets what is to be beaten",
  source: "the definition of patience: so many evaluations in a row without a better one",
  remedy: "set `evaluate: Evaluate.every({ epochs: 1 })`, or lower `earlyStop.evaluations`",
  check: ({ recipe: { earlyStop, evaluate }, stepsPerEpoch, totalSteps }) => {
    if (earlyStop._tag === "Off") return null
    const asked = `early stopping waits for ${Words.plural(earlyStop.evaluations, "evaluation")} without a better one`
    if (evaluate.every === null) return `${asked}, and the run is evaluated at its end alone`
    const every = Length.steps(evaluate.every, stepsPerEpoch)
    if (every === null || totalSteps === null) return null
    const evaluations = Math.ceil(totalSteps / Math.max(1, every))
    return evaluations <= earlyStop.evaluations
      ? `${asked}, and the run has ${Words.plural(evaluations, "evaluation")} in all`
      : null
  }
}

/** Advises against a patience that may end a run while it warms up. */
export const earlyStopShorterThanWarmup: Rule = {
  id: "early-stop/shorter-than-warmup",
  path: "earlyStop.evaluations",
  severity: "advice",
  reason: "the run may be stopped before it ever takes the schedule's learning rate",
  source: "the definitions: a warmup leads to the schedule, and patience counts evaluations from the first one on",
  remedy: "raise `earlyStop.evaluations`, evaluate less often, or shorten the warmup",
  check: ({ recipe: { earlyStop, evaluate }, stepsPerEpoch, warmupSteps }) => {
    if (earlyStop._tag === "Off" || evaluate.every === null || warmupSteps === null) return null
    const every = Length.steps(evaluate.every, stepsPerEpoch)
    return every !== null && earlyStop.evaluations * every < warmupSteps
      ? `early stopping waits for ${Words.plural(earlyStop.evaluations, "evaluation")}, one every ${
        Words.plural(every, "step")
      }, and the warmup takes ${Words.plural(warmupSteps, "step")}`
      : null
  }
}

/** Refuses to wait for a figure that the model does not have. */
export const earlyStopMetricOfAnotherModel: Rule = {
  id: "early-stop/metric-of-another-model",
  path: "earlyStop.metric",
  severity: "error",
  reason: "no evaluation of this run would have it",
  source: "the definitions: average precision is of boxes, accuracy is of an image's classes",
  remedy: "leave `metric` out: null stands for a detector's `map` and a classifier's `accuracy`",
  check: ({ recipe: { earlyStop, model } }) =>
    earlyStop._tag === "Off" || earlyStop.metric === null
      || (earlyStop.metric === "accuracy") === (model._tag === "Classifier")
      ? null
      : `early stopping watches ${earlyStop.metric}, which a ${
        model._tag === "Yolo" ? "detector" : "classifier"
      } does not have`
}
