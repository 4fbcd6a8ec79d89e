/**
 * A diff's parts in words, for the terminal and for Markdown alike.
 */
import type { Curve } from "../../optim/Curve.ts"
import type { NodeChange } from "../../graph/GraphDiff.ts"
import * as RecipeDiff from "../../plan/RecipeDiff.ts"
import * as Figure from "../../report/Figure.ts"
import * as Sparkline from "../../report/Sparkline.ts"
import type * as ArmDiff from "./ArmDiff.ts"
import type { ExperimentDiff, Said } from "./ExperimentDiff.ts"

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

/** Says one changed field, and what that means for runs under way. */
export const field = (judgement: ArmDiff.ArmDiff["fields"][number]): string => RecipeDiff.say(judgement)

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

/** How wide a small picture of a curve is, in characters. */
const pictureWidth = 32

const drawn = (curve: Curve | null, scale: Sparkline.Scale): string | null =>
  curve === null ? null : Sparkline.line(rates(curve), pictureWidth, scale)

/** A long training's highest rate is found to within a few steps. */
const mostSamples = 4_096

const sampled = ({ at, totalSteps }: Curve, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => at(Math.min(totalSteps - 1, Math.floor((index * totalSteps) / count))).learningRate)

const rates = (curve: Curve): ReadonlyArray<number> => sampled(curve, pictureWidth)

const highest = (curve: Curve): number => Math.max(...sampled(curve, Math.min(curve.totalSteps, mostSamples)))

/** Draws the learning rate before and after on one scale, with its largest value; null where neither is known. */
export const curves = ({ after, before }: ArmDiff.Moved): ReadonlyArray<string> => {
  const scale = Sparkline.scaleOf([before, after].flatMap((curve) => curve === null ? [] : rates(curve)))
  return ([["before", before], ["after", after]] as const).flatMap(([when, curve]) => {
    const picture = drawn(curve, scale)
    if (curve === null || picture === null) return []
    return [`${when.padEnd("before".length)} ${picture} up to ${Figure.rate(highest(curve))} over ${Figure.plural(curve.totalSteps, "step")}`]
  })
}

/** Says an experiment's status in one line. */
export const status = ({ from, reason, status, through }: ExperimentDiff): string => {
  const via = through.length === 0 ? "" : `, through ${through.join(", ")}`
  if (status === "refused") return `refused: ${reason ?? ""}`
  return from === null ? `${status}${via}` : `${status} (was ${from})${via}`
}

/** Counts the experiments of each status, the unchanged last. */
export const counts = (experiments: ReadonlyArray<ExperimentDiff>): string => {
  const order = ["added", "removed", "renamed", "changed", "refused", "unchanged"] as const
  const said = order.flatMap((status) => {
    const count = experiments.filter((one) => one.status === status).length
    return count === 0 ? [] : [`${count} ${status}`]
  })
  return said.join(", ")
}
