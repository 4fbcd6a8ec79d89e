/**
 * What changes from one arm to another, as far as it means something: two recipes that come to the same training are the
 * same, however they are written.
 */
import type { Cost } from "../../graph/Cost.ts"
import * as GraphDiff from "../../graph/GraphDiff.ts"
import type { Curve } from "../../optim/Curve.ts"
import * as Continuation from "../../plan/Continuation.ts"
import type { Finding } from "../../plan/Finding.ts"
import * as Literal from "../../plan/notation/Literal.ts"
import type { Arm } from "../../plan/Plan.ts"

/** A figure of the plan that changes; null where it cannot be told before the data is at hand, or a run was made. */
export interface Figure {
  readonly name: "parameters" | "flops" | "flopsPerStep" | "memory" | "steps" | "seconds"
  readonly before: number | null
  readonly after: number | null
}

/** Curves that moved, for drawing; null where a side's is not known. */
export interface Moved {
  readonly before: Curve | null
  readonly after: Curve | null
}

export interface ArmDiff {
  readonly arm: string
  /** The name that the arm had before, where only that changed. */
  readonly from: string | null
  readonly status: "added" | "removed" | "renamed" | "changed" | "unchanged"
  readonly fields: ReadonlyArray<Continuation.Judgement>
  readonly nodes: ReadonlyArray<GraphDiff.NodeChange>
  readonly cost: ReadonlyArray<Figure>
  readonly findings: { readonly came: ReadonlyArray<Finding>; readonly went: ReadonlyArray<Finding> }
  readonly curve: Moved | null
}

/** Fields that decide no number of a training, so that equal trainings may differ in them. */
const beside: ReadonlySet<string> = new Set(["retry", "host", "monitor", "checkpoint", "evaluate", "earlyStop", "accepted"])

/** Runs under way stand somewhere; halfway tells more of what they can go on with than the first step. */
const halfway = ({ schedule: { totalSteps } }: Arm): number => Math.max(1, Math.floor((totalSteps ?? 2) / 2))

const fieldsOf = (before: Arm, after: Arm): ReadonlyArray<Continuation.Judgement> => {
  const same = Continuation.isSame(before, after)
  const classes = Literal.same(before.facts?.classes ?? null, after.facts?.classes ?? null)
  return Continuation.of(before, after, halfway(before)).filter(({ path }) => {
    const [field = ""] = path.split(".")
    return !same || beside.has(field) || (field === "data" && !classes)
  })
}

const figuresOf = ({ cost, schedule: { totalSteps } }: Arm, seconds: number | null): ReadonlyMap<Figure["name"], number | null> => {
  const told = <A>(read: (cost: Cost) => A): A | null => cost === null ? null : read(cost)
  return new Map<Figure["name"], number | null>([
    ["parameters", told(({ parameters }) => parameters)],
    ["flops", told(({ flops }) => flops)],
    ["flopsPerStep", told(({ flopsPerStep }) => flopsPerStep)],
    ["memory", told(({ memory }) => memory.total)],
    ["steps", totalSteps],
    ["seconds", seconds]
  ])
}

/** How long an arm's training takes, in seconds, where one like it was made before; null elsewhere. */
export type Seconds = (arm: Arm) => number | null

const costOf = (before: Arm, after: Arm, seconds: Seconds): ReadonlyArray<Figure> => {
  const [then, now] = [figuresOf(before, seconds(before)), figuresOf(after, seconds(after))]
  return [...then].flatMap(([name, value]) => {
    const later = now.get(name) ?? null
    return value === later ? [] : [{ name, before: value, after: later }]
  })
}

/** A figure in its words may be another one, and the finding is the same. */
const keyOf = ({ accepted, path, rule, severity }: Finding): string => [rule, severity, path, accepted ?? ""].join("\n")

/** Lists the findings of one side that the other has not. */
export const only = (own: ReadonlyArray<Finding>, other: ReadonlyArray<Finding>): ReadonlyArray<Finding> => {
  const known = new Set(other.map(keyOf))
  return own.filter((finding) => !known.has(keyOf(finding)))
}

/** Tells whether an arm comes to a training that it did not come to before. */
export const isOtherTraining = ({ fields, status }: ArmDiff): boolean =>
  status === "added" || fields.some(({ path }) => !beside.has(path.split(".")[0] ?? ""))

const curveOf = (before: Arm, after: Arm, fields: ReadonlyArray<Continuation.Judgement>): Moved | null =>
  fields.some(({ path }) => /^(schedule|warmup|length)\b/.test(path))
    ? { before: before.curve, after: after.curve }
    : null

/** Compares an arm with what it was. */
export const between = (before: Arm, after: Arm, seconds: Seconds): ArmDiff => {
  const fields = fieldsOf(before, after)
  const findings = { came: only(after.findings, before.findings), went: only(before.findings, after.findings) }
  const moved = before.arm === after.arm ? "unchanged" : "renamed"
  const same = fields.length === 0
  return {
    arm: after.arm,
    from: before.arm === after.arm ? null : before.arm,
    status: same ? moved : "changed",
    fields,
    nodes: same || before.graph === null || after.graph === null ? [] : GraphDiff.of(before.graph, after.graph),
    cost: same ? [] : costOf(before, after, seconds),
    findings: same ? { came: [], went: [] } : findings,
    curve: curveOf(before, after, fields)
  }
}

const alone = (arm: Arm, status: "added" | "removed", seconds: Seconds): ArmDiff => ({
  arm: arm.arm,
  from: null,
  status,
  fields: [],
  nodes: [],
  cost: [...figuresOf(arm, seconds(arm))].flatMap(([name, value]) =>
    value === null ? [] : [{ name, before: status === "added" ? null : value, after: status === "added" ? value : null }]
  ),
  findings: status === "added" ? { came: arm.findings, went: [] } : { came: [], went: [] },
  curve: null
})

/** Finds what an arm under another name was before: one of those that are gone, with the same recipe. */
const sourceOf = (arm: Arm, gone: ReadonlyArray<Arm>): Arm | undefined =>
  gone.find((other) => other.identity.recipe === arm.identity.recipe || Continuation.isSame(other, arm))

/** Compares the arms of an experiment, in the order of those that are there now, then those that went. */
export const all = (before: ReadonlyArray<Arm>, after: ReadonlyArray<Arm>, seconds: Seconds): ReadonlyArray<ArmDiff> => {
  const gone = before.filter(({ arm }) => !after.some((other) => other.arm === arm))
  const there = after.map((arm) => {
    const known = before.find((other) => other.arm === arm.arm)
    if (known !== undefined) return between(known, arm, seconds)
    const source = sourceOf(arm, gone)
    if (source === undefined) return alone(arm, "added", seconds)
    gone.splice(gone.indexOf(source), 1)
    return between(source, arm, seconds)
  })
  return [...there, ...gone.map((arm) => alone(arm, "removed", seconds))]
}
