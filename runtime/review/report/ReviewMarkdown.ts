/**
 * A pull request's report for people, written from its document alone.
 */
import * as Figure from "../../report/Figure.ts"
import * as Findings from "../../report/Findings.ts"
import * as LintText from "../../report/LintText.ts"
import * as Markdown from "../../report/Markdown.ts"
import * as DiffMarkdown from "../diff/DiffMarkdown.ts"
import type { Found, ReviewDocument } from "./ReviewDocument.ts"
import * as Standing from "./Standing.ts"

/** What is found in the source leaves room for what it means. */
const mostSource = 16_384

const verdict = ({ approved, diff, passed, stands }: ReviewDocument): ReadonlyArray<string> => {
  const broadenings = approved ? Standing.broadenings(diff) : 0
  const lines = [
    ...stands.map((one) => `- ${Standing.say(one)}`),
    ...(broadenings === 0 ? [] : [`- approved: ${Figure.plural(broadenings, "change")} of what an experiment may take`])
  ]
  return [`## Review: ${passed ? "passes" : "does not pass"}`, "", ...lines, ...(lines.length === 0 ? [] : [""])]
}

const place = ({ column, file, line, rule, severity }: Found): string =>
  `${severity} ${Markdown.code(rule)} at ${Markdown.code(`${file}:${line}:${column}`)}`

const source = ({ findings, suppressed }: ReviewDocument["lint"]): ReadonlyArray<string> =>
  findings.length === 0 && suppressed.length === 0 ? [] : [
    `## Source: ${Findings.counted(findings) ?? "nothing to say"}${suppressed.length === 0 ? "" : `, ${suppressed.length} let be`}`,
    "",
    ...Markdown.bounded([
      ...findings.map((found) => `- ${place(found)}: ${Markdown.text(LintText.said(found.message, found.why))}`),
      ...suppressed.map((found) => `- let be: ${place(found)}, because ${Markdown.text(found.reason)}`)
    ], mostSource),
    ""
  ]

/** Writes the report, at most `most` characters. */
export const of = (document: ReviewDocument, most = DiffMarkdown.longest): string => {
  const [before, after] = [verdict(document), source(document.lint)].map((lines) => lines.map((line) => `${line}\n`).join(""))
  const rest = most - (before ?? "").length - (after ?? "").length
  return `${before}${DiffMarkdown.of(document.diff, rest)}${after === "" ? "" : `\n${after}`}`
}
