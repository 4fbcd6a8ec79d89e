/**
 * A diff's parts in words, for the terminal and for Markdown alike.
 */
import * as Figure from "../../report/Figure.ts"
import * as Sparkline from "../../report/Sparkline.ts"
import * as Refused from "../../source/Refused.ts"
import type * as ArmDiff from "./ArmDiff.ts"
import type { Arm, DiffDocument, Experiment } from "./DiffDocument.ts"
import * as DrawnCurve from "./DrawnCurve.ts"
import type { Said } from "./ExperimentDiff.ts"

type NodeChange = Arm["nodes"][number]

const names: Readonly<Record<ArmDiff.Figure["name"], string>> = {
  parameters: "parameters",
  flops: "FLOPs an image, forward",
  flopsPerStep: "FLOPs a step",
  memory: "memory",
  steps: "steps",
  seconds: "time"
}

/** Names a figure. */
export const figureName = ({ name }: ArmDiff.Figure): string => names[name]

/** What cannot be told yet is told by a run, or by the data. */
const unknown: Readonly<Record<ArmDiff.Figure["name"], string>> = {
  parameters: "known once the data is",
  flops: "known once the data is",
  flopsPerStep: "known once the data is",
  memory: "known once the data is",
  steps: "known once the data is",
  seconds: "known after run"
}

/** Writes a figure's value; of one that there is none yet, when there will be. */
export const figureValue = (name: ArmDiff.Figure["name"], value: number | null): string => {
  if (value === null) return unknown[name]
  switch (name) {
    case "memory":
      return Figure.quantity(value, "B")
    case "seconds":
      return Figure.duration(value)
    case "steps":
      return String(value)
    default:
      return Figure.count(value)
  }
}

/** Says by how much a figure grows or shrinks; nothing where a side is not known. */
export const growth = ({ after, before }: ArmDiff.Figure): string => {
  if (before === null || after === null || before === 0) return ""
  const percent = (after / before - 1) * 100
  return `${percent > 0 ? "+" : ""}${Math.abs(percent) < 10 ? percent.toFixed(1) : percent.toFixed(0)}%`
}

/** Says what an experiment says otherwise than before. */
export const said = ({ after, before, path }: Said): string =>
  before === null ? `${path}: + ${after}` : after === null ? `${path}: - ${before}` : `${path}: ${before} -> ${after}`

/** Says a node's change: `+ backbone.9 (Convolution)`, `backbone.4.conv: shape 8 x 8 x 16 -> 8 x 8 x 32`. */
export const node = ({ attributes, id, op, status }: NodeChange): string =>
  status === "changed"
    ? `${id}: ${attributes.map(({ after, before, name }) => `${name} ${before} -> ${after}`).join("; ")}`
    : `${status === "added" ? "+" : "-"} ${id} (${op})`

/** Counts an arm's changed nodes. */
export const nodes = (changes: ReadonlyArray<NodeChange>): string => {
  const count = (status: NodeChange["status"]): number => changes.filter((change) => change.status === status).length
  const said = (["added", "removed", "changed"] as const).flatMap((status) => count(status) === 0 ? [] : [`${count(status)} ${status}`])
  return `${Figure.plural(changes.length, "node")}: ${said.join(", ")}`
}

/** Draws the learning rate before and after on one scale, with its largest value; nothing of a side that is not known. */
export const curves = ({ after, before }: NonNullable<Arm["curve"]>): ReadonlyArray<string> => {
  const scale = Sparkline.scaleOf([before, after].flatMap((curve) => curve === null ? [] : curve.rates))
  return ([["before", before], ["after", after]] as const).flatMap(([when, curve]) => {
    if (curve === null) return []
    const picture = Sparkline.line(curve.rates, DrawnCurve.pictureWidth, scale)
    return [`${when.padEnd("before".length)} ${picture} up to ${Figure.rate(curve.highest)} over ${Figure.plural(curve.totalSteps, "step")}`]
  })
}

/** Says an experiment's status in one line. */
export const status = ({ from, reason, status, through }: Experiment): string => {
  const via = through.length === 0 ? "" : `, through ${through.join(", ")}`
  if (status === "refused") return `refused: ${reason ?? ""}`
  return from === null ? `${status}${via}` : `${status} (was ${from})${via}`
}

/** Counts the experiments of each status, the unchanged last. */
export const counts = ({ experiments, unchanged }: DiffDocument): string => {
  const order = ["added", "removed", "renamed", "changed", "refused"] as const
  const said = order.flatMap((status) => {
    const count = experiments.filter((one) => one.status === status).length
    return count === 0 ? [] : [`${count} ${status}`]
  })
  return [...said, ...(unchanged === 0 ? [] : [`${unchanged} unchanged`])].join(", ")
}

/** Says what the policy has against it, and by which part: `clipping, tight: takes 400 steps, … (most.steps)`. */
export const objection = ({ arm, experiment, message, policy }: NonNullable<DiffDocument["policy"]>["objections"][number]): string => {
  const whose = [experiment, arm].filter((name) => name !== null).map(Refused.oneLine).join(", ")
  return `${whose === "" ? "" : `${whose}: `}${Refused.oneLine(message)}${policy === "" ? "" : ` (${policy})`}`
}

/** Counts what the policy has against it: `1 violation, 2 to approve`. */
export const objections = ({ objections }: NonNullable<DiffDocument["policy"]>): string => {
  const count = (kind: "violation" | "approval"): number => objections.filter((one) => one.kind === kind).length
  const [violations, approvals] = [count("violation"), count("approval")]
  const said = [
    ...(violations === 0 ? [] : [Figure.plural(violations, "violation")]),
    ...(approvals === 0 ? [] : [`${approvals} to approve`])
  ]
  return said.length === 0 ? "no objection" : said.join(", ")
}
