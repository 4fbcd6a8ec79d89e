/**
 * A diff of experiments for the terminal.
 */
import * as Line from "../../report/Line.ts"
import * as Paragraph from "../../report/Paragraph.ts"
import type * as ArmDiff from "./ArmDiff.ts"
import type { Compared } from "./DiffDocument.ts"
import type { ExperimentDiff } from "./ExperimentDiff.ts"
import * as Words from "./Words.ts"

const tones: Readonly<Record<ExperimentDiff["status"], Line.Tone>> = {
  added: "good",
  removed: "bad",
  renamed: "doubtful",
  changed: "doubtful",
  refused: "bad",
  unchanged: "quiet"
}

/** More nodes than these are counted. */
const mostNodes = 12

const indented = (text: string, columns: number, indent: number, tone: Line.Tone = "plain"): ReadonlyArray<Line.Line> =>
  Paragraph.of(text, columns - indent, { tone }).map((line) => [Line.span(" ".repeat(indent)), ...line])

const fields = ({ fields }: ArmDiff.ArmDiff, columns: number): ReadonlyArray<Line.Line> =>
  fields.flatMap((judgement) => [
    ...indented(Words.field(judgement), columns, 4),
    ...(judgement.restart === null ? [] : indented(`forces a restart: ${judgement.restart}`, columns, 6, "doubtful"))
  ])

const nodes = ({ nodes }: ArmDiff.ArmDiff, columns: number): ReadonlyArray<Line.Line> => {
  if (nodes.length === 0) return []
  const shown = nodes.slice(0, mostNodes)
  const more = nodes.length - shown.length
  return [
    ...indented(Words.nodes(nodes), columns, 4),
    ...shown.flatMap((change) => indented(Words.node(change), columns, 6, "quiet")),
    ...(more === 0 ? [] : indented(`and ${more} more (--json)`, columns, 6, "quiet"))
  ]
}

const cost = ({ cost }: ArmDiff.ArmDiff, columns: number): ReadonlyArray<Line.Line> =>
  cost.flatMap((figure) => {
    const { after, before, name } = figure
    const [then, now] = [Words.figureValue(name, before), Words.figureValue(name, after)]
    const growth = Words.growth(figure)
    return indented(`${Words.figureName(figure)}: ${then} -> ${now}${growth === "" ? "" : ` (${growth})`}`, columns, 4)
  })

const findings = ({ findings: { came, went } }: ArmDiff.ArmDiff, columns: number): ReadonlyArray<Line.Line> => [
  ...came.flatMap(({ message, rule, severity }) =>
    indented(`+ ${severity} ${rule}: ${message}`, columns, 4, severity === "advice" ? "quiet" : severity === "error" ? "bad" : "doubtful")),
  ...went.flatMap(({ rule, severity }) => indented(`- ${severity} ${rule}`, columns, 4, "good"))
]

const arm = (diff: ArmDiff.ArmDiff, columns: number): ReadonlyArray<Line.Line> => [
  ...indented(`${diff.arm}: ${diff.status}${diff.from === null ? "" : ` (was ${diff.from})`}`, columns, 2, diff.status === "unchanged" ? "quiet" : "strong"),
  ...fields(diff, columns),
  ...(diff.curve === null ? [] : Words.curves(diff.curve).map((text) => Line.of("    ", Line.span(text, "quiet")))),
  ...(diff.status === "changed" ? nodes(diff, columns) : []),
  ...(diff.status === "changed" || diff.status === "added" ? cost(diff, columns) : []),
  ...(diff.status === "changed" || diff.status === "added" ? findings(diff, columns) : [])
]

const experiment = (diff: ExperimentDiff, all: boolean, columns: number): ReadonlyArray<Line.Line> => [
  Line.empty,
  ...Paragraph.fitted(Line.of(Line.span(diff.experiment, "strong"), " ", Line.span(Words.status(diff), tones[diff.status])), columns),
  ...diff.said.flatMap((said) => indented(Words.said(said), columns, 2)),
  ...(diff.status === "removed" ? [] : diff.arms.filter(({ status }) => all || status !== "unchanged").flatMap((one) => arm(one, columns)))
]

/** Writes what changes; without `all` only what does. */
export const of = (compared: Compared, { all, columns }: { readonly all: boolean; readonly columns: number }): ReadonlyArray<Line.Line> => {
  const { besides, experiments } = compared
  const shown = experiments.filter(({ status }) => all || status !== "unchanged")
  const said = besides.flatMap((text) => Paragraph.of(text, columns, { tone: "doubtful" }))
  if (shown.length === 0) return [...said, ...Paragraph.of("no changes", columns)]
  return [
    ...Paragraph.of(Words.counts(experiments), columns, { tone: "strong" }),
    ...said,
    ...shown.flatMap((diff) => experiment(diff, all, columns))
  ]
}
