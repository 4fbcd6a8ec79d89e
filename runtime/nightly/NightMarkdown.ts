/**
 * A night as Markdown, for a job's summary or a comment.
 */
import * as Markdown from "../report/Markdown.ts"
import type { Row } from "./Night.ts"
import type { NightReport } from "./NightReport.ts"
import * as NightWords from "./NightWords.ts"

/** A job's summary holds a mebibyte; what does not fit is counted. */
const mostRows = 500

const headings = [
  { text: "experiment" },
  { text: "arm" },
  { text: "of" },
  { text: "baseline", right: true },
  { text: "now", right: true },
  { text: "p", right: true },
  { text: "runs / baseline", right: true },
  { text: "verdict" },
  { text: "why" }
]

const table = (rows: ReadonlyArray<Row>): ReadonlyArray<string> =>
  rows.length === 0 ? [] : [
    ...Markdown.table(headings, rows.slice(0, mostRows).map((row) => [
      Markdown.text(row.experiment),
      Markdown.text(row.arm),
      Markdown.text(NightWords.metric(row)),
      NightWords.figure(row, row.baseline),
      NightWords.figure(row, row.observed),
      NightWords.chance(row),
      NightWords.samples(row),
      row.verdict === "regressed" ? "**regressed**" : row.verdict,
      Markdown.text(row.reason)
    ])),
    "",
    ...(rows.length > mostRows ? [`and ${rows.length - mostRows} more that do not fit here`, ""] : [])
  ]

/** Writes the report. */
export const of = (report: NightReport): string => {
  const rows = NightWords.gravestFirst(report)
  const same = rows.filter(({ verdict }) => verdict === "same")
  const besides = NightWords.besides(report).map((said) => `- ${Markdown.text(said)}`)
  return [
    `## Night: ${report.verdict}`,
    "",
    `${NightWords.counted(report)}. ${Markdown.text(NightWords.about(report))}`,
    "",
    ...besides,
    ...(besides.length === 0 ? [] : [""]),
    ...table(rows.filter(({ verdict }) => verdict !== "same")),
    ...(same.length === 0 ? [] : [`<details><summary>${same.length} the same</summary>`, "", ...table(same), "</details>", ""])
  ].map((line) => `${line}\n`).join("")
}
