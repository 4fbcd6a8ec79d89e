import type { Resolved } from "../../optim/Lengths.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Refuses a warmup that would end after the training. */
export const warmupLongerThanRun: Rule = {
  id: "warmup/longer-than-run",
  path: "warmup.length",
  severity: "error",
  reason: "the schedule that it leads to would never be followed",
  source: "the definition of a warmup: it is laid over the first steps of the schedule",
  remedy: "shorten `warmup.length`, or lengthen the run",
  check: ({ totalSteps, warmupSteps }) =>
    totalSteps !== null && warmupSteps !== null && warmupSteps > totalSteps
      ? `the warmup takes ${warmupSteps} steps, the whole training ${totalSteps}`
      : null
}

/** Advises against a warmup that is most of the training. */
export const warmupLongerThanHalf: Rule = {
  id: "warmup/longer-than-half",
  path: "warmup.length",
  severity: "advice",
  reason: "more of the run leads to the schedule than follows it",
  source: "practice with YOLO: a warmup of 3 epochs, where a training has a hundred or more",
  remedy: "shorten `warmup.length` to a tenth of the run, or lengthen the run",
  check: ({ totalSteps, warmupSteps }) =>
    totalSteps !== null && warmupSteps !== null && warmupSteps * 2 > totalSteps && warmupSteps <= totalSteps
      ? `the warmup takes ${Words.plural(warmupSteps, "step")} of ${totalSteps}`
      : null
}

const risesByItself = (schedule: Resolved): boolean => {
  const first = schedule._tag === "Sequence" ? schedule.parts[0]?.schedule : schedule
  switch (first?._tag) {
    case "WarmupStableDecay":
    case "InverseSquareRoot":
      return true
    case "OneCycle":
      return first.divide > 1
    default:
      return false
  }
}

/** Advises against a warmup of a schedule that warms up by itself. */
export const warmupOverOwnRise: Rule = {
  id: "warmup/over-own-rise",
  path: "warmup",
  severity: "advice",
  reason: "the warmup's line takes the place of the schedule's own rise, and one of them is to no purpose",
  source: "the definition of a warmup: it is laid over the first steps of the schedule",
  remedy: "leave `warmup` out, or take a schedule that begins at its peak, as `LearningRate.cosine` does",
  check: ({ curve, recipe: { schedule, warmup } }) =>
    curve !== null && warmup._tag !== "None" && curve.warmupSteps > 0 && risesByItself(curve.schedule)
      ? `a warmup of ${Words.plural(curve.warmupSteps, "step")} over ${
        schedule._tag === "Sequence" ? "a sequence" : schedule._tag
      }, which rises by itself`
      : null
}
