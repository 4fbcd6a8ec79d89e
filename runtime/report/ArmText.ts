/**
 * What an arm of a plan does, row by row; of a further arm, the rows that say something else.
 */
import type { Arm } from "../plan/Plan.ts"
import * as Snapshots from "../plan/Snapshots.ts"
import * as CurveText from "./CurveText.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as RecipeText from "./RecipeText.ts"

const shortIdentity = 12
const curveRows = 4

/** Something that an arm says under a label. Rows of equal `key` say the same thing of two arms. */
interface Row {
  readonly key: string
  readonly label: string
  readonly texts: ReadonlyArray<string>
  /** What stands before the text, in a column of its own. */
  readonly name?: string
  /** What is drawn below. */
  readonly drawn?: (columns: number) => ReadonlyArray<Line.Line>
}

const row = (label: string, ...texts: ReadonlyArray<string>): Row => ({ key: label, label, texts })

/** A row that stands only where there is something to say. */
const maybe = (label: string, text: string | null): ReadonlyArray<Row> => text === null ? [] : [row(label, text)]

/** A row that says what is not shown. */
const feedLabel = "shown"

/** A row that follows from others, and says nothing of its own where it is not there. */
const costLabel = "cost"

const costOf = ({ cost, recipe }: Arm): ReadonlyArray<Row> => {
  if (cost === null) return []
  const { activations, optimizer, total, weights } = cost.memory
  const { bytes, copies } = Snapshots.of(cost, recipe)
  const parts = Object.entries({ weights, optimizer, activations })
    .map(([name, bytes]) => `${name} ${Figure.quantity(bytes, "B")}`)
  return [row(
    costLabel,
    `${Figure.quantity(cost.flopsPerStep, "FLOPs")} a step`,
    `memory about ${Figure.quantity(total, "B")}: ${parts.join(", ")}`,
    `${copies} copies of the state to go back to after a fault: ${Figure.quantity(bytes, "B")} of the host's memory`
  )]
}

const updateOf = ({ recipe, update }: Arm): ReadonlyArray<Row> =>
  update.map((stage) => ({
    key: `update.${stage}`,
    label: "update",
    name: stage,
    texts: [RecipeText.stage(stage, recipe)]
  }))

const epochs = (steps: number, stepsPerEpoch: number | null): string =>
  stepsPerEpoch === null
    ? ""
    : ` (${Figure.plural(Number((steps / stepsPerEpoch).toFixed(1)), "epoch")} of ${
      Figure.plural(stepsPerEpoch, "step")
    })`

const scheduleOf = ({ curve, recipe, schedule }: Arm): Row => {
  const { stepsPerEpoch, totalSteps, warmupSteps } = schedule
  const total = totalSteps === null
    ? `${RecipeText.length(recipe.length)}; their steps are known where the data is`
    : `${Figure.plural(totalSteps, "step")}${epochs(totalSteps, stepsPerEpoch)}`
  const start = RecipeText.warmupStart(recipe)
  const warmup = start === null || warmupSteps === null || warmupSteps === 0
    ? RecipeText.warmup(recipe)
    : `warmup over ${Figure.plural(warmupSteps, "step")}: ${start}`
  return {
    key: "schedule",
    label: "schedule",
    texts: [total, `learning rate ${RecipeText.schedule(recipe)}`, warmup],
    drawn: (columns) =>
      curve === null ? [] : CurveText.of(curve, columns, { indent: Paragraph.labelledIndent, rows: curveRows })
  }
}

const identityOf = ({ identity: { data, graph, recipe, training } }: Arm): Row => {
  const short = (name: string, hash: string | null): string => `${name} ${hash?.slice(0, shortIdentity) ?? "not known"}`
  return row(
    "identity",
    `${short("recipe", recipe)}, ${short("graph", graph)}, ${short("training", training)}, ${short("data", data)}`
  )
}

const rowsOf = (arm: Arm): ReadonlyArray<Row> => {
  const { facts, recipe } = arm
  return [
    row("data", RecipeText.data(recipe, facts)),
    ...maybe(feedLabel, RecipeText.feed(recipe)),
    row("model", RecipeText.network(recipe)),
    ...maybe("start", RecipeText.start(recipe)),
    row("augment", RecipeText.augment(recipe)),
    row("a step", RecipeText.step(recipe)),
    row("loss", RecipeText.loss(recipe)),
    ...updateOf(arm),
    scheduleOf(arm),
    row("measured", RecipeText.cadences(recipe)),
    ...maybe("stops", RecipeText.earlyStop(recipe)),
    ...maybe("monitor", RecipeText.monitor(recipe)),
    ...maybe("host", RecipeText.host(recipe)),
    ...costOf(arm),
    identityOf(arm)
  ]
}

/** A name's column is left out where the text would have less room than this. */
const leastRoom = 24
const nameColumns = 11

const namedLines = (name: string, texts: ReadonlyArray<string>, columns: number): ReadonlyArray<Line.Line> => {
  const indent = Paragraph.labelledIndent + nameColumns
  if (columns - indent < leastRoom) {
    return texts.flatMap((text) => Paragraph.of(`${name}: ${text}`, columns, { indent: Paragraph.labelledIndent }))
  }
  const start = Line.of(" ".repeat(Paragraph.labelledIndent), Line.pad(name, nameColumns))
  return texts.flatMap((text) => Paragraph.of(text, columns, { indent }))
    .map((line, index) => index === 0 ? [...start, ...line.slice(1)] : line)
}

/** Writes rows; a label that the row before has already said is not repeated. */
const written = (rows: ReadonlyArray<Row>, columns: number): ReadonlyArray<Line.Line> =>
  rows.flatMap(({ drawn, label, name, texts }, index) => {
    const shown = rows[index - 1]?.label === label ? "" : label
    const lines = name === undefined
      ? Paragraph.labelled(shown, texts, columns)
      : namedLines(name, texts, columns).map((line, at) =>
        at === 0 && shown !== "" ? withLabel(shown, line) : line
      )
    return [...lines, ...drawn?.(columns) ?? []]
  })

/** Sets a label into the empty start of a line. */
const withLabel = (label: string, [, ...rest]: Line.Line): Line.Line => [
  Line.span("  "),
  Line.span(label.padEnd(Paragraph.labelledIndent - 2), "quiet"),
  ...rest
]

const says = ({ key, texts }: Row): string => JSON.stringify([key, texts])

/** The labels in the order of their rows. */
const labels = [
  "data",
  feedLabel,
  "model",
  "start",
  "augment",
  "a step",
  "loss",
  "update",
  "schedule",
  "measured",
  "stops",
  "monitor",
  "host",
  costLabel,
  "identity"
]

/** Lists the rows of an arm that the base does not have so, and as `none` those that it lacks. */
const otherRows = (arm: Arm, base: Arm): ReadonlyArray<Row> => {
  const before = rowsOf(base)
  const known = new Set(before.map(says))
  const rows = rowsOf(arm)
  const gone = before.filter(({ key }) => key !== costLabel && !rows.some((row) => row.key === key))
    .map(({ key, label, name }) => ({
      key,
      label,
      texts: [label === feedLabel ? "everything" : "none"],
      ...(name === undefined ? {} : { name })
    }))
  const all = [...rows.filter((row) => !known.has(says(row))), ...gone]
  // Ordered, so that the stages of one update stand together.
  return all.toSorted((left, right) => labels.indexOf(left.label) - labels.indexOf(right.label))
}


/** Writes an arm as a whole. */
export const whole = (arm: Arm, columns: number): ReadonlyArray<Line.Line> => written(rowsOf(arm), columns)

/** Writes what of an arm is not as in another. */
export const different = (arm: Arm, base: Arm, columns: number): ReadonlyArray<Line.Line> =>
  written(otherRows(arm, base), columns)
