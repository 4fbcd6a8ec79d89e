/**
 * A plan as a person reads it.
 */
import type { Curve } from "../optim/Curve.ts"
import type { Identity } from "../plan/Identity.ts"
import type { Arm, Plan } from "../plan/Plan.ts"
import * as Figure from "./Figure.ts"
import * as Findings from "./Findings.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as RecipeText from "./RecipeText.ts"
import * as Sparkline from "./Sparkline.ts"

const curveRows = 4
const mostCurveColumns = 60
const leastCurveColumns = 8
/** More points than columns, so that a short warmup still shows in its column. */
const mostSamples = 480
const shortIdentity = 12

const costOf = ({ cost, recipe }: Arm, columns: number): ReadonlyArray<Line.Line> => {
  if (cost === null) return []
  const { memory } = cost
  return [
    ...Paragraph.labelled("", [
      `${Figure.count(cost.parameters)} parameters, ${Figure.quantity(cost.flops, "FLOPs")} forward an image`
    ], columns),
    ...Paragraph.labelled("a step", [
      `${Figure.plural(recipe.batch, "image")}, ${Figure.quantity(cost.flopsPerStep, "FLOPs")}`,
      `memory about ${Figure.quantity(memory.total, "B")}: weights ${Figure.quantity(memory.weights, "B")}, optimizer ${
        Figure.quantity(memory.optimizer, "B")
      }, activations ${Figure.quantity(memory.activations, "B")}`
    ], columns)
  ]
}

const updateOf = ({ recipe, update }: Arm, columns: number): ReadonlyArray<Line.Line> =>
  Paragraph.labelled("update", [
    update.join(" → "),
    ...update.flatMap((stage) => {
      const said = RecipeText.stage(stage, recipe)
      return said === null ? [] : [`${stage}: ${said}`]
    })
  ], columns)

const epochs = (steps: number, stepsPerEpoch: number | null): string =>
  stepsPerEpoch === null
    ? ""
    : ` (${Figure.plural(Number((steps / stepsPerEpoch).toFixed(1)), "epoch")} of ${
      Figure.plural(stepsPerEpoch, "step")
    })`

/** Chooses the steps at which a schedule is told: its start, the warmup's end, the quarters and the last row. */
const toldSteps = ({ totalSteps, warmupSteps }: Curve): ReadonlyArray<number> =>
  [...new Set([0, warmupSteps, ...[0.25, 0.5, 0.75].map((share) => Math.round(share * totalSteps)), totalSteps - 1])]
    .filter((step) => step < totalSteps)
    .toSorted((left, right) => left - right)

const drawn = (curve: Curve, columns: number): ReadonlyArray<Line.Line> => {
  const samples = Math.min(curve.totalSteps, mostSamples)
  const rates = Array.from({ length: samples }, (_, index) =>
    curve.at(samples === 1 ? 0 : Math.round((index * (curve.totalSteps - 1)) / (samples - 1))).learningRate)
  const highest = Figure.chosen(Math.max(...rates))
  const indent = " ".repeat(Paragraph.labelledIndent)
  const label = Math.max(highest.length, 1)
  const room = Math.min(mostCurveColumns, columns - Paragraph.labelledIndent - label - 1)
  if (room < leastCurveColumns) return []
  const rows = Sparkline.curve(rates, room, curveRows)
  return rows.map((row, index) =>
    Line.of(
      indent,
      Line.span(`${Line.pad(index === 0 ? highest : index === rows.length - 1 ? "0" : "", label, "right")} `, "quiet"),
      row
    )
  )
}

const scheduleOf = ({ curve, recipe, schedule }: Arm, columns: number): ReadonlyArray<Line.Line> => {
  const { stepsPerEpoch, totalSteps, warmupSteps } = schedule
  const total = totalSteps === null
    ? `${RecipeText.length(recipe.length)}; their steps are known where the data is`
    : `${Figure.plural(totalSteps, "step")}${epochs(totalSteps, stepsPerEpoch)}`
  const start = warmupSteps === null || warmupSteps === 0
    ? RecipeText.warmup(recipe)
    : `warmup over ${Figure.plural(warmupSteps, "step")}`
  return [
    ...Paragraph.labelled("schedule", [`${total}, ${RecipeText.schedule(recipe)}, ${start}`], columns),
    ...(curve === null ? [] : [
      ...Paragraph.labelled("", [
        `learning rate at step ${
          toldSteps(curve).map((step) => `${step}: ${Figure.chosen(curve.at(step).learningRate)}`).join(", ")
        }`
      ], columns),
      ...drawn(curve, columns)
    ])
  ]
}

const identityOf = ({ data, graph, recipe, training }: Identity, columns: number): ReadonlyArray<Line.Line> => {
  const short = (name: string, hash: string | null): string => `${name} ${hash?.slice(0, shortIdentity) ?? "not known"}`
  return Paragraph.labelled("identity", [
    `${short("recipe", recipe)}, ${short("graph", graph)}, ${short("training", training)}, ${short("data", data)}`
  ], columns)
}

const armOf = (arm: Arm, columns: number): ReadonlyArray<Line.Line> => [
  Line.empty,
  ...Paragraph.of(arm.arm, columns, { tone: "strong" }),
  ...Paragraph.labelled("data", [RecipeText.data(arm.recipe, arm.facts)], columns),
  ...Paragraph.labelled("model", [RecipeText.model(arm.recipe)], columns),
  ...costOf(arm, columns),
  ...updateOf(arm, columns),
  ...scheduleOf(arm, columns),
  ...Paragraph.labelled("measured", [RecipeText.cadences(arm.recipe)], columns),
  ...identityOf(arm.identity, columns),
  ...Findings.of(arm.findings, columns)
]

/** Writes a plan arm by arm, and in the end whether it can run; at most `columns` wide. */
export const of = (
  plan: Plan,
  options: { readonly columns: number; readonly strict?: boolean }
): ReadonlyArray<Line.Line> => {
  const { columns, strict = false } = options
  const findings = plan.arms.flatMap(({ findings }) => findings)
  const counted = Findings.counted(findings)
  const errors = findings.some(({ severity }) => severity === "error")
  const refused = errors || (strict && findings.some(({ severity }) => severity === "warning"))
  return [
    ...Paragraph.fitted(
      Line.of(Line.span(plan.experiment, "strong"), `: ${Figure.plural(plan.arms.length, "arm")}`),
      columns
    ),
    ...plan.arms.flatMap((arm) => armOf(arm, columns)),
    Line.empty,
    ...Paragraph.fitted(
      Line.of(
        Line.span(refused ? "cannot run" : "can run", refused ? "bad" : "good"),
        counted === null ? "" : `: ${counted}${refused && !errors ? ", and --strict refuses warnings" : ""}`
      ),
      columns
    )
  ]
}
