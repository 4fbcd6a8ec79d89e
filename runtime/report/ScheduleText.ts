/**
 * Schedules as curves and as tables of their rows.
 */
import type { Curve } from "../optim/Curve.ts"
import * as Lengths from "../optim/Lengths.ts"
import * as Sequence from "../optim/Sequence.ts"
import type { Arm, Plan } from "../plan/Plan.ts"
import * as CurveText from "./CurveText.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as RecipeText from "./RecipeText.ts"
import * as Table from "./Table.ts"

/** A schedule of more rows than this is thinned out. */
const mostRows = 40
const spacedRows = 24
const rise = 6
/** The stairs of a schedule that has more are left to the curve. */
const mostTurns = 9

const headings: ReadonlyArray<Table.Column> = [
  { heading: "step", align: "right" },
  { heading: "learning rate", align: "right" },
  { heading: "biases", align: "right" },
  { heading: "momentum", align: "right" }
]

/**
 * Chooses the steps to show: all of a short schedule; else some of the warmup, its end, even parts, where the schedule
 * turns, and the last.
 */
export const shownSteps = (
  { schedule, totalSteps, warmupSteps }: Pick<Curve, "schedule" | "totalSteps" | "warmupSteps">
): ReadonlyArray<number> => {
  if (totalSteps <= mostRows) return Array.from({ length: totalSteps }, (_, step) => step)
  const even = Array.from({ length: spacedRows }, (_, index) =>
    Math.round((index * (totalSteps - 1)) / (spacedRows - 1)))
  const warmup = Array.from({ length: rise + 1 }, (_, index) => Math.round((index * warmupSteps) / rise))
  const turns = Sequence.turns(schedule, totalSteps)
  return [...new Set([...even, ...warmup, ...(turns.length > mostTurns ? [] : turns)])]
    .filter((step) => step < totalSteps)
    .toSorted((left, right) => left - right)
}

const rowsOf = (curve: Curve): ReadonlyArray<Line.Line> =>
  shownSteps(curve).map((step) => {
    const { biasLearningRate, learningRate, momentum } = curve.at(step)
    return [
      Line.span(String(step)),
      Line.span(Figure.chosen(learningRate)),
      Line.span(Figure.chosen(biasLearningRate)),
      Line.span(Figure.chosen(momentum))
    ]
  })

/** Says which lengths stand in epochs, whose steps the data decides. */
const inEpochs = ({ recipe }: Arm): string => {
  const { length, schedule, warmup } = recipe
  const lengths = [
    length,
    ...(warmup._tag === "None" ? [] : [warmup.length]),
    ...Lengths.lengthsOf(schedule).map(({ length }) => length)
  ]
  return [...new Set(lengths.filter(({ epochs }) => epochs !== undefined).map(RecipeText.length))].join(" and ")
}

const decisive = ({ curve, recipe }: Arm): string =>
  JSON.stringify([recipe.schedule, recipe.warmup, recipe.optimizer, curve?.totalSteps, curve?.warmupSteps])

const groupOf = (arms: ReadonlyArray<Arm>, columns: number): ReadonlyArray<Line.Line> => {
  const [first] = arms
  if (first === undefined) return []
  const { curve, recipe } = first
  const said = `${RecipeText.schedule(recipe)}, ${RecipeText.warmup(recipe)}`
  const heading = [
    Line.empty,
    ...Paragraph.of(arms.map(({ arm }) => arm).join(", "), columns, { tone: "strong" })
  ]
  if (curve === null) {
    return [
      ...heading,
      ...Paragraph.of(`${said}; the steps of ${inEpochs(first)} are known where the data is`, columns)
    ]
  }
  const thinned = curve.totalSteps > mostRows
    ? `; some of ${Figure.plural(curve.totalSteps, "step")}, --json prints every one`
    : ""
  const drawn = CurveText.of(curve, columns)
  return [
    ...heading,
    ...Paragraph.of(`${said}${thinned}`, columns),
    Line.empty,
    ...drawn,
    ...(drawn.length === 0 ? [] : [Line.empty]),
    ...Table.of(headings, rowsOf(curve), columns)
  ]
}

/** Writes the schedule of every arm, once for arms that share it; at most `columns` wide. */
export const of = (plan: Plan, columns: number): ReadonlyArray<Line.Line> => [
  ...Paragraph.of(plan.experiment, columns, { tone: "strong" }),
  ...[...Map.groupBy(plan.arms, decisive).values()].flatMap((arms) => groupOf(arms, columns))
]
