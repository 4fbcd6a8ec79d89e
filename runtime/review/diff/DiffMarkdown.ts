/**
 * A diff of experiments for a pull request's comment. All text of the pull request is shown and never read as Markdown.
 */
import * as Markdown from "../../report/Markdown.ts"
import type { Arm, DiffDocument, Experiment } from "./DiffDocument.ts"
import * as Words from "./Words.ts"

/** The longest comment that GitHub takes, in characters. */
export const longest = 65_536

/** What is said besides leaves room for the experiments. */
const mostBesides = 4_096

/** So does what the policy has against it. */
const mostPolicy = 12_288

/** Tables with more rows than these are folded. */
const mostRows = 12

const folded = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  "<details>",
  `<summary>${Markdown.text(title)}</summary>`,
  "",
  ...lines,
  "",
  "</details>",
  ""
]

const cell = (value: string): string => Markdown.text(value)

const fields = ({ fields }: Arm): ReadonlyArray<string> =>
  fields.length === 0 ? [] : [
    ...fields.map(({ restart, text }) =>
      `- ${Markdown.code(text)}${restart === null ? "" : `; **forces a restart**: ${Markdown.text(restart)}`}`),
    ""
  ]

const cost = ({ cost, status }: Arm): ReadonlyArray<string> => {
  if (cost.length === 0) return []
  const added = status === "added"
  return [
    ...Markdown.table(
      added
        ? [{ text: "cost" }, { text: "value", right: true }]
        : [{ text: "cost" }, { text: "before", right: true }, { text: "after", right: true }, { text: "", right: true }],
      cost.map((figure) => {
        const [then, now] = [Words.figureValue(figure.name, figure.before), Words.figureValue(figure.name, figure.after)].map(cell)
        return added ? [Words.figureName(figure), now ?? ""] : [Words.figureName(figure), then ?? "", now ?? "", Words.growth(figure)]
      })
    ),
    ""
  ]
}

const nodes = ({ nodes }: Arm): ReadonlyArray<string> => {
  if (nodes.length === 0) return []
  const rows = Markdown.table([{ text: "node" }], nodes.map((change) => [cell(Words.node(change))]))
  return nodes.length > mostRows ? folded(Words.nodes(nodes), rows) : [...rows, ""]
}

const findings = ({ findings: { came, went } }: Arm): ReadonlyArray<string> => {
  const lines = [
    ...came.map(({ message, rule, severity }) => `- new ${severity} ${Markdown.code(rule)}: ${Markdown.text(message)}`),
    ...went.map(({ rule, severity }) => `- ${severity} ${Markdown.code(rule)} went`)
  ]
  if (lines.length === 0) return []
  return lines.length > mostRows ? folded(`${lines.length} findings came or went`, lines) : [...lines, ""]
}

const arm = (diff: Arm): ReadonlyArray<string> => [
  `#### ${Markdown.text(diff.arm)}: ${diff.status}${diff.from === null ? "" : ` (was ${Markdown.text(diff.from)})`}`,
  "",
  // Before the list: behind it a block would be a part of its last item.
  ...(diff.curve === null ? [] : [...Markdown.block(Words.curves(diff.curve)), ""]),
  ...fields(diff),
  ...(diff.status === "changed" ? nodes(diff) : []),
  ...(diff.status === "changed" || diff.status === "added" ? [...cost(diff), ...findings(diff)] : [])
]

const experiment = (diff: Experiment): ReadonlyArray<string> => [
  `### ${Markdown.text(diff.experiment)}: ${Markdown.text(Words.status(diff))}`,
  "",
  ...diff.said.map((said) => `- ${Markdown.text(Words.said(said))}`),
  ...(diff.said.length === 0 ? [] : [""]),
  ...(diff.status === "removed" ? [] : diff.arms.flatMap(arm))
]

const sideOf = ({ commit, ref }: DiffDocument["base"]): string =>
  commit === null ? "the working tree" : `${ref === null || ref === commit ? "" : `${Markdown.code(short(ref))} `}${Markdown.code(commit.slice(0, shownDigits))}`

const shownDigits = 12

/** Of a name that anybody may have chosen, more than this tells a reviewer nothing. */
const longestName = 200

const short = (name: string): string => name.length > longestName ? `${name.slice(0, longestName)}…` : name

/** Says which experiments are left out, the first of them by name. */
const leftOut = (names: ReadonlyArray<string>, count: number): string =>
  count === 0 ? "" : `\n${count} more ${count === 1 ? "experiment does" : "experiments do"} not fit here: ${names.slice(0, mostRows).map((name) => Markdown.text(short(name))).join(", ")}${count > mostRows ? ", …" : ""}. ${Markdown.code("ballast diff --json")} has them.\n`

interface Part {
  readonly name: string
  readonly lines: ReadonlyArray<string>
}

/** Keeps what fits; what does not is said to be left out, experiment by experiment and never halfway through one. */
const fitting = (head: ReadonlyArray<string>, parts: ReadonlyArray<Part>, most: number): string => {
  const written = (name: string): number => Markdown.text(short(name)).length
  const names = parts.map(({ name }) => name).toSorted((one, other) => written(other) - written(one))
  // Room stays for the line that says what does not fit, whichever experiments that are.
  const room = leftOut(names, parts.length).length
  let text = `${head.join("\n")}\n`
  const left: Array<string> = []
  for (const { lines, name } of parts) {
    const part = `${lines.join("\n")}\n`
    if (text.length + part.length + room > most) left.push(name)
    else text += part
  }
  return text + leftOut(left, left.length)
}

const policy = ({ policy }: DiffDocument): ReadonlyArray<string> => {
  if (policy === null) return []
  const lines = policy.objections.map((one) =>
    `- ${one.kind === "violation" ? "**violation**" : "to approve"}: ${Markdown.text(Words.objection(one))}`)
  return [`By ${Markdown.code(short(policy.file))}: ${Words.objections(policy)}.`, "", ...Markdown.bounded(lines, mostPolicy), ...(lines.length === 0 ? [] : [""])]
}

/** Writes what the document lists, at most `most` characters. */
export const of = (document: DiffDocument, most = longest): string => {
  const { base, besides, experiments, head } = document
  return fitting(
    [
      `## Experiments: ${experiments.length === 0 ? "no changes" : Words.counts(document)}`,
      "",
      `From ${sideOf(base)} to ${sideOf(head)}.`,
      "",
      ...Markdown.bounded(besides.map((text) => `- ${Markdown.text(text)}`), mostBesides),
      ...(besides.length === 0 ? [] : [""]),
      ...policy(document)
    ],
    experiments.map((diff) => ({ name: diff.experiment, lines: experiment(diff) })),
    most
  )
}
