/**
 * A revision's experiments against the policy of the repository.
 */
import * as Host from "../../../dsl/Host.ts"
import type * as Policy from "../../../dsl/Policy.ts"
import type * as Retry from "../../../dsl/Retry.ts"
import type { Arm } from "../../plan/Plan.ts"
import type * as ArmDiff from "../diff/ArmDiff.ts"
import type { ExperimentDiff, Planned } from "../diff/ExperimentDiff.ts"

/** Something that the policy does not allow, or that somebody has to approve. */
export interface Objection {
  readonly kind: "violation" | "approval"
  readonly experiment: string
  /** Null where it is about the experiment as a whole. */
  readonly arm: string | null
  /** The part of the policy, such as `most.steps`. */
  readonly policy: string
  readonly message: string
}

const secondsPerHour = 3600
const bytesPerGib = 2 ** 30

/** Counts the attempts that a decision allows after the first one. */
const triesOf = (decision: Retry.Decisions[keyof Retry.Decisions]): number => {
  switch (decision._tag) {
    case "Stop":
      return 0
    case "Again":
      return decision.times
    case "Climb":
      return decision.rungs.length
    case "Diagnose":
      return decision.attempts
  }
}

/** Counts the attempts that a recipe allows at most, whatever one fault it is that comes again. */
export const attemptsOf = ({ recipe: { retry } }: Arm): number => 1 + Math.max(...Object.values(retry.on).map(triesOf))

const isColdUnclipped = ({ findings }: Arm): boolean =>
  findings.some(({ rule }) => rule === "clip/off-on-cold-start")

interface Found {
  readonly policy: string
  readonly message: string
}

const over = (policy: string, value: number | null, most: number | null, words: (value: number, most: number) => string): ReadonlyArray<Found> =>
  value === null || most === null || value <= most ? [] : [{ policy, message: words(value, most) }]

const gib = (bytes: number): string => `${(bytes / bytesPerGib).toFixed(1)} GiB`

const violationsOf = (arm: Arm, seeds: number, { most, require }: Policy.Policy, seconds: ArmDiff.Seconds): ReadonlyArray<Found> => {
  const one = seconds(arm)
  const hours = one === null || arm.recipe.host.device !== "gpu" ? null : (one * seeds) / secondsPerHour
  return [
    ...over("most.steps", arm.schedule.totalSteps, most.steps, (value, most) => `${value} steps, and there may be ${most}`),
    ...over("most.gpuHours", hours, most.gpuHours, (value, most) =>
      `about ${value.toFixed(1)} GPU hours over its seeds, and there may be ${most}`),
    ...over("most.memory", arm.cost?.memory.total ?? null, most.memory === null ? null : Host.bytes(most.memory), (value, most) =>
      `${gib(value)} of memory by the plan, and there may be ${gib(most)}`),
    ...over("most.attempts", attemptsOf(arm), most.attempts, (value, most) => `up to ${value} attempts, and there may be ${most}`),
    ...(require.clipOnColdStart && isColdUnclipped(arm)
      ? [{ policy: "require.clipOnColdStart", message: "a cold start without clipping and warmup" }]
      : [])
  ]
}

const ofExperiment = ({ arms, definition }: Planned, policy: Policy.Policy, seconds: ArmDiff.Seconds): ReadonlyArray<Objection> => {
  const { name, seeds, triggers = [] } = definition
  const nightly = triggers.some(({ _tag }) => _tag === "AtTimes")
  const few = nightly && seeds.length < policy.require.seedsAtNight
  return [
    ...(few
      ? [{
        kind: "violation" as const,
        experiment: name,
        arm: null,
        policy: "require.seedsAtNight",
        message: `${seeds.length} of ${policy.require.seedsAtNight} seeds that what runs by a trigger must have`
      }]
      : []),
    ...arms.flatMap((arm) =>
      violationsOf(arm, seeds.length, policy, seconds).map((found): Objection => ({
        kind: "violation",
        experiment: name,
        arm: arm.arm,
        ...found
      }))
    )
  ]
}

const grows = (cost: ArmDiff.ArmDiff["cost"], name: ArmDiff.Figure["name"]): boolean =>
  cost.some((figure) => figure.name === name && (figure.after ?? 0) > (figure.before ?? 0))

const touches = ({ fields }: ArmDiff.ArmDiff, field: string): boolean =>
  fields.some(({ path }) => path === field || path.startsWith(`${field}.`))

const broadens: Readonly<Record<Policy.Broadening, (diff: ArmDiff.ArmDiff) => boolean>> = {
  steps: ({ cost }) => grows(cost, "steps"),
  memory: ({ cost }) => grows(cost, "memory"),
  attempts: (diff) => touches(diff, "retry"),
  clip: (diff) => touches(diff, "clip"),
  findings: ({ findings: { came } }) => came.some(({ accepted, severity }) => accepted !== undefined || severity !== "advice"),
  host: (diff) => touches(diff, "host"),
  expectations: () => false,
  triggers: () => false
}

const words: Readonly<Record<Policy.Broadening, string>> = {
  steps: "it takes more steps",
  memory: "it takes more memory",
  attempts: "it is tried again otherwise",
  clip: "it is clipped otherwise",
  findings: "the plan has more to say against it, or an answer was added",
  host: "it demands another machine",
  expectations: "less is expected of it",
  triggers: "it runs by another trigger"
}

const approval = (experiment: string, arm: string | null, broadening: Policy.Broadening): Objection => ({
  kind: "approval",
  experiment,
  arm,
  policy: `approve.${broadening}`,
  message: words[broadening]
})

const approvalsOf = ({ arms, experiment, said, status }: ExperimentDiff, approve: Policy.Policy["approve"]): ReadonlyArray<Objection> => {
  if (status === "removed" || status === "refused") return []
  const whole = [
    ...(said.some(({ before, path }) => path === "expect" && before !== null) ? ["expectations" as const] : []),
    ...(said.some(({ after, path }) => path === "triggers" && after !== null) ? ["triggers" as const] : [])
  ]
  return [
    ...whole.filter((one) => approve.includes(one)).map((one) => approval(experiment, null, one)),
    ...arms.filter((diff) => diff.status === "changed" || diff.status === "added").flatMap((diff) =>
      approve.filter((one) => broadens[one](diff)).map((one) => approval(experiment, diff.arm, one))
    )
  ]
}

/** Lists what the policy objects to: of all experiments that a revision has, and of what it changes. */
export const of = (
  policy: Policy.Policy,
  { head, seconds, diffs }: {
    readonly head: ReadonlyArray<Planned>
    readonly seconds: ArmDiff.Seconds
    readonly diffs: ReadonlyArray<ExperimentDiff>
  }
): ReadonlyArray<Objection> => [
  ...head.flatMap((experiment) => ofExperiment(experiment, policy, seconds)),
  ...diffs.flatMap((diff) => approvalsOf(diff, policy.approve))
]
