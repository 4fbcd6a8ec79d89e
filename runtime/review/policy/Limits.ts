/**
 * What an experiment takes against what a policy allows, and what it has against what a policy requires.
 */
import * as Duration from "../../../dsl/Duration.ts"
import type * as Experiment from "../../../dsl/Experiment.ts"
import * as Host from "../../../dsl/Host.ts"
import type * as Policy from "../../../dsl/Policy.ts"
import type { Arm } from "../../plan/Plan.ts"
import * as Words from "../../plan/rules/Words.ts"
import type * as ArmDiff from "../diff/ArmDiff.ts"
import * as Attempts from "./Attempts.ts"
import type { Found } from "./Objection.ts"

const secondsPerHour = 3600

interface Taken {
  /** Null where it cannot be told. */
  readonly value: number | null
  readonly most: number | null
  /** What is taken, in words. */
  readonly said: string
  readonly allowed: string
}

/** What cannot be told is for somebody to judge: neither is it allowed, nor is it known to be too much. */
const bound = (policy: string, { allowed, most, said, value }: Taken): ReadonlyArray<Found> => {
  if (most === null) return []
  if (value === null) return [{ kind: "approval", policy, message: `${said}, and the policy allows ${allowed}` }]
  return value <= most ? [] : [{ kind: "violation", policy, message: `takes ${said}, and the policy allows ${allowed}` }]
}

const steps = ({ schedule: { totalSteps } }: Arm, most: number | null): ReadonlyArray<Found> =>
  bound("most.steps", {
    value: totalSteps,
    most,
    said: totalSteps === null ? "how many steps it takes is not known here, without its data" : Words.plural(totalSteps, "step"),
    allowed: `${most}`
  })

const memory = ({ cost }: Arm, most: string | null): ReadonlyArray<Found> =>
  bound("most.memory", {
    value: cost?.memory.total ?? null,
    most: most === null ? null : Host.bytes(most),
    said: cost === null
      ? "how much memory it takes is not known here, without its data or with an error in its plan"
      : `${Words.amount(cost.memory.total)} of memory by the plan`,
    allowed: `${most}`
  })

/** By a training like it where one was made; else by the time that its host gives each attempt, used up every time. */
const gpuHours = (arm: Arm, seeds: number, most: number | null, seconds: ArmDiff.Seconds): ReadonlyArray<Found> => {
  const { host, retry } = arm.recipe
  if (host.device === "cpu") return []
  const measured = seconds(arm)
  const attempts = Attempts.most(retry)
  const longest = host.time === null ? null : Duration.seconds(host.time) * attempts
  const each = measured ?? longest
  const hours = each === null ? null : each * seeds / secondsPerHour
  const over = `over ${Words.plural(seeds, "seed")}`
  return bound("most.gpuHours", {
    value: hours,
    most,
    said: hours === null
      ? "how many GPU hours it takes is not known here: no training like it was made, and its host sets no `time`"
      : measured !== null
      ? `about ${Words.figure(hours)} GPU hours ${over}`
      : `up to ${Words.figure(hours)} GPU hours ${over} and ${Words.plural(attempts, "attempt")} of ${host.time} each`,
    allowed: `${most}`
  })
}

const attempts = ({ recipe: { retry } }: Arm, most: number | null): ReadonlyArray<Found> => {
  const value = Attempts.most(retry)
  return bound("most.attempts", { value, most, said: `up to ${Words.plural(value, "attempt")}`, allowed: `${most}` })
}

/** An answer to the plan's finding is the author's, and the policy is somebody else's. */
const isColdAndUnclipped = ({ findings, recipe: { clip, model } }: Arm): boolean =>
  clip._tag === "Off" && (model.weights === undefined || findings.some(({ rule }) => rule === "clip/off-on-cold-start"))

const clipOnColdStart = (arm: Arm, required: boolean): ReadonlyArray<Found> =>
  required && isColdAndUnclipped(arm)
    ? [{
      kind: "violation",
      policy: "require.clipOnColdStart",
      message: "starts from random weights and clips nothing, and the policy requires a clip"
    }]
    : []

/** Lists what a policy has against one arm of an experiment with so many seeds. */
export const ofArm = (arm: Arm, seeds: number, { most, require }: Policy.Policy, seconds: ArmDiff.Seconds): ReadonlyArray<Found> => [
  ...steps(arm, most.steps),
  ...gpuHours(arm, seeds, most.gpuHours, seconds),
  ...memory(arm, most.memory),
  ...attempts(arm, most.attempts),
  ...clipOnColdStart(arm, require.clipOnColdStart)
]

/** Tells whether an experiment runs by a cron, where nobody watches. */
export const isNightly = ({ triggers = [] }: Experiment.Resolved): boolean => triggers.some(({ _tag }) => _tag === "AtTimes")

/** Lists what a policy has against an experiment as a whole. */
export const ofExperiment = (experiment: Experiment.Resolved, { require: { seedsAtNight } }: Policy.Policy): ReadonlyArray<Found> => {
  const count = experiment.seeds.length
  return isNightly(experiment) && count < seedsAtNight
    ? [{
      kind: "violation",
      policy: "require.seedsAtNight",
      message: `runs by a cron with ${Words.plural(count, "seed")}, and the policy requires ${seedsAtNight}`
    }]
    : []
}
