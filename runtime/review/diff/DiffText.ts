/**
 * A diff of experiments for the terminal.
 */
import * as Line from "../../report/Line.ts"
import * as Paragraph from "../../report/Paragraph.ts"
import type { Arm, DiffDocument, Experiment } from "./DiffDocument.ts"
import * as Words from "./Words.ts"

const tones: Readonly<Record<Experiment["status"], Line.Tone>> = {
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

const fields = ({ fields }: Arm, columns: number): ReadonlyArray<Line.Line> =>
  fields.flatMap(({ restart, text }) => [
    ...indented(text, columns, 4),
    ...(restart === null ? [] : indented(`forces a restart: ${restart}`, columns, 6, "doubtful"))
  ])

const nodes = ({ nodes }: Arm, columns: number): ReadonlyArray<Line.Line> => {
  if (nodes.length === 0) return []
  const shown = nodes.slice(0, mostNodes)
  const more = nodes.length - shown.length
  return [
    ...indented(Words.nodes(nodes), columns, 4),
    ...shown.flatMap((change) => indented(Words.node(change), columns, 6, "quiet")),
    ...(more === 0 ? [] : indented(`and ${more} more (--json)`, columns, 6, "quiet"))
  ]
}

const cost = ({ cost, status }: Arm, columns: number): ReadonlyArray<Line.Line> =>
  cost.flatMap((figure) => {
    const { after, before, name } = figure
    const [then, now] = [Words.figureValue(name, before), Words.figureValue(name, after)]
    const growth = Words.growth(figure)
    const said = status === "added" ? now : `${then} -> ${now}${growth === "" ? "" : ` (${growth})`}`
    return indented(`${Words.figureName(figure)}: ${said}`, columns, 4)
  })

const findings = ({ findings: { came, went } }: Arm, columns: number): ReadonlyArray<Line.Line> => [
  ...came.flatMap(({ message, rule, severity }) =>
    indented(`+ ${severity} ${rule}: ${message}`, columns, 4, severity === "advice" ? "quiet" : severity === "error" ? "bad" : "doubtful")),
  ...went.flatMap(({ rule, severity }) => indented(`- ${severity} ${rule}`, columns, 4, "good"))
]

const arm = (diff: Arm, columns: number): ReadonlyArray<Line.Line> => [
  ...indented(`${diff.arm}: ${diff.status}${diff.from === null ? "" : ` (was ${diff.from})`}`, columns, 2, diff.status === "unchanged" ? "quiet" : "strong"),
  ...fields(diff, columns),
  ...(diff.curve === null ? [] : Words.curves(diff.curve).map((text) => Line.of("    ", Line.span(text, "quiet")))),
  ...(diff.status === "changed" ? nodes(diff, columns) : []),
  ...(diff.status === "changed" || diff.status === "added" ? cost(diff, columns) : []),
  ...(diff.status === "changed" || diff.status === "added" ? findings(diff, columns) : [])
]

const experiment = (diff: Experiment, columns: number): ReadonlyArray<Line.Line> => [
  Line.empty,
  ...Paragraph.fitted(Line.of(Line.span(diff.experiment, "strong"), " ", Line.span(Words.status(diff), tones[diff.status])), columns),
  ...diff.said.flatMap((said) => indented(Words.said(said), columns, 2)),
  ...(diff.status === "removed" ? [] : diff.arms.flatMap((one) => arm(one, columns)))
]

/** More objections than these are counted. */
const mostObjections = 24

const policy = ({ policy }: DiffDocument, columns: number): ReadonlyArray<Line.Line> => {
  if (policy === null || policy.objections.length === 0) return []
  const shown = policy.objections.slice(0, mostObjections)
  const more = policy.objections.length - shown.length
  return [
    ...Paragraph.of(`by ${policy.file}: ${Words.objections(policy)}`, columns, { tone: "strong" }),
    ...shown.flatMap((one) => {
      const [word, tone] = one.kind === "violation" ? ["violation", "bad" as const] : ["to approve", "doubtful" as const]
      return indented(`${word}: ${Words.objection(one)}`, columns, 2, tone)
    }),
    ...(more === 0 ? [] : indented(`and ${more} more (--json)`, columns, 2, "quiet"))
  ]
}

/** Writes what the document lists. */
export const of = (document: DiffDocument, columns: number): ReadonlyArray<Line.Line> => {
  const { besides, experiments } = document
  const said = [...besides.flatMap((text) => Paragraph.of(text, columns, { tone: "doubtful" })), ...policy(document, columns)]
  if (experiments.length === 0) return [...said, ...Paragraph.of("no changes", columns)]
  return [
    ...Paragraph.of(Words.counts(document), columns, { tone: "strong" }),
    ...said,
    ...experiments.flatMap((diff) => experiment(diff, columns))
  ]
}
