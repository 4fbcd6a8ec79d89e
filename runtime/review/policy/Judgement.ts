/**
 * What a repository's policy has against a change of its experiments.
 */
import type * as Experiment from "../../../dsl/Experiment.ts"
import type * as Policy from "../../../dsl/Policy.ts"
import * as Literal from "../../plan/notation/Literal.ts"
import type { Arm } from "../../plan/Plan.ts"
import * as Words from "../../plan/rules/Words.ts"
import type * as ArmDiff from "../diff/ArmDiff.ts"
import * as ExperimentDiff from "../diff/ExperimentDiff.ts"
import * as Broadening from "./Broadening.ts"
import * as Expectations from "./Expectations.ts"
import * as Limits from "./Limits.ts"
import type { Found, Objection } from "./Objection.ts"

/** A change as it was compared. */
export interface Change {
  readonly before: ReadonlyArray<ExperimentDiff.Found>
  readonly after: ReadonlyArray<ExperimentDiff.Found>
  readonly diffs: ReadonlyArray<ExperimentDiff.ExperimentDiff>
  readonly seconds: ArmDiff.Seconds
  /** Whether anything that an experiment's file at the head is made of differs. */
  readonly touched: (file: string) => boolean
}

/** An experiment that the head has, and what it was; null where it is new. */
interface Pair {
  readonly diff: ExperimentDiff.ExperimentDiff
  readonly before: ExperimentDiff.Planned | null
  readonly after: ExperimentDiff.Planned
}

const planned = (found: ReadonlyArray<ExperimentDiff.Found>): ReadonlyArray<ExperimentDiff.Planned> =>
  found.flatMap((one) => one.kind === "planned" ? [one] : [])

/** One that takes the name of another that is still there is a new one. */
const beforeOf = (
  { experiment, file, from, status }: ExperimentDiff.ExperimentDiff,
  before: ReadonlyArray<ExperimentDiff.Planned>,
  after: ReadonlyArray<ExperimentDiff.Planned>
): ExperimentDiff.Planned | null => {
  const named = (name: string | null) => before.find(({ definition }) => definition.name === name)
  const found = status === "added" ? undefined : named(experiment) ?? named(from)
  return found === undefined || (found.file !== file && after.some((other) => other.file === found.file)) ? null : found
}

const approval = (part: Policy.Broadening, message: string): Found => ({ kind: "approval", policy: `approve.${part}`, message })

const armBefore = ({ arm, from, status }: ArmDiff.ArmDiff, before: ExperimentDiff.Planned | null): Arm | null =>
  status === "added" ? null : before?.arms.find((one) => one.arm === (from ?? arm)) ?? null

/** What cannot be told of an arm that is as it was is not this change's matter. */
const isOfChange = ({ kind }: Found, { status }: ArmDiff.ArmDiff): boolean =>
  kind === "violation" || status === "changed" || status === "added"

const ofArm = (pair: Pair, diff: ArmDiff.ArmDiff, policy: Policy.Policy, seconds: ArmDiff.Seconds): ReadonlyArray<Found> => {
  const after = pair.after.arms.find(({ arm }) => arm === diff.arm)
  if (after === undefined || diff.status === "removed") return []
  const before = armBefore(diff, pair.before)
  return [
    ...Limits.ofArm(after, pair.after.definition.seeds.length, policy, seconds).filter((found) => isOfChange(found, diff)),
    ...policy.approve.filter(Broadening.isOfArm).flatMap((part) =>
      Broadening.ofArm(part, before, after).map((message) => approval(part, message))
    )
  ]
}

const renamedArms = ({ arms }: ExperimentDiff.ExperimentDiff): Expectations.Renamed =>
  new Map(arms.flatMap(({ arm, from }) => from === null ? [] : [[from, arm] as const]))

const triggers = (before: Experiment.Resolved | null, after: Experiment.Resolved): ReadonlyArray<string> =>
  (after.triggers ?? [])
    .filter((trigger) => !(before?.triggers ?? []).some((other) => Literal.same(other, trigger)))
    .map((trigger) => `has a new trigger: ${ExperimentDiff.triggerText(trigger)}`)

const seeds = (before: Experiment.Resolved | null, after: Experiment.Resolved): ReadonlyArray<string> =>
  before !== null && Limits.isNightly(after) && after.seeds.length < before.seeds.length
    ? [`runs by a cron with ${Words.plural(after.seeds.length, "seed")}, and had ${before.seeds.length}`]
    : []

/** More seeds are more steps, unless each takes so many fewer. */
const steps = ({ after, before, diff }: Pair): ReadonlyArray<string> => {
  const [then, now] = [before?.definition.seeds.length ?? Infinity, after.definition.seeds.length]
  if (before === null || now <= then) return []
  const grows = diff.arms.some((one) => {
    const [was, is] = [armBefore(one, before), after.arms.find(({ arm }) => arm === one.arm)]
      .map((arm) => arm?.schedule.totalSteps ?? null)
    return was === null || is === null || was === undefined || is === undefined || is * now > was * then
  })
  return grows ? [`trains every arm with ${Words.plural(now, "seed")}, and did with ${then}`] : []
}

const ofWhole = (pair: Pair, policy: Policy.Policy): ReadonlyArray<Found> => {
  const { after: { definition }, diff } = pair
  const before = pair.before?.definition ?? null
  const said: Readonly<Partial<Record<Policy.Broadening, ReadonlyArray<string>>>> = {
    steps: steps(pair),
    seeds: seeds(before, definition),
    expectations: Expectations.weakened(before?.expect ?? [], definition.expect, renamedArms(diff)),
    triggers: triggers(before, definition)
  }
  return [
    ...Limits.ofExperiment(definition, policy),
    ...policy.approve.flatMap((part) => (said[part] ?? []).map((message) => approval(part, message)))
  ]
}

const owned = (experiment: string, arm: string | null) => (found: Found): Objection => ({ ...found, experiment, arm })

const ofPair = (pair: Pair, policy: Policy.Policy, seconds: ArmDiff.Seconds): ReadonlyArray<Objection> => [
  ...ofWhole(pair, policy).map(owned(pair.diff.experiment, null)),
  ...pair.diff.arms.flatMap((diff) => ofArm(pair, diff, policy, seconds).map(owned(pair.diff.experiment, diff.arm)))
]

/** With an experiment goes what was expected of it. */
const ofRemoved = ({ definition: { expect, name } }: ExperimentDiff.Planned, { approve }: Policy.Policy): ReadonlyArray<Objection> =>
  approve.includes("expectations")
    ? Expectations.weakened(expect, [], new Map()).map((message) =>
      owned(name, null)(approval("expectations", `is removed, and ${message}`)))
    : []

/** Lists what the policy has against a change, violations first. What the change does not touch is no matter of its. */
export const of = (policy: Policy.Policy, { after, before, diffs, seconds, touched }: Change): ReadonlyArray<Objection> => {
  const [then, now] = [planned(before), planned(after)]
  const objections = diffs.flatMap((diff) => {
    if (diff.status === "removed") {
      return then.filter(({ file }) => file === diff.file).flatMap((experiment) => ofRemoved(experiment, policy))
    }
    const found = now.find(({ file }) => file === diff.file)
    return found === undefined || !touched(diff.file) ? [] : ofPair({ diff, before: beforeOf(diff, then, now), after: found }, policy, seconds)
  })
  return [...objections.filter(({ kind }) => kind === "violation"), ...objections.filter(({ kind }) => kind === "approval")]
}

/** Has somebody look at a change that cannot be judged, because the base's policy cannot be read. */
export const unread = (reason: string): ReadonlyArray<Objection> => [{
  kind: "approval",
  experiment: null,
  arm: null,
  policy: "",
  message: `the policy cannot be read, so that nothing is judged by it: ${reason}`
}]
