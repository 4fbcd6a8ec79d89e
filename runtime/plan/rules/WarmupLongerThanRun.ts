import type { Rule } from "./Rule.ts"

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
