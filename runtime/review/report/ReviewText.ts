/**
 * A pull request's report for the terminal.
 */
import * as Line from "../../report/Line.ts"
import * as LintText from "../../report/LintText.ts"
import * as Paragraph from "../../report/Paragraph.ts"
import * as DiffText from "../diff/DiffText.ts"
import type { Linted } from "../lint/Lint.ts"
import type { ReviewDocument } from "./ReviewDocument.ts"
import * as Standing from "./Standing.ts"

/** Writes what changes, what is found in the source, and what stands against it last. */
export const of = (document: ReviewDocument, linted: ReadonlyArray<Linted>, columns: number): ReadonlyArray<Line.Line> => {
  const { diff, passed, stands } = document
  return [
    ...DiffText.of(diff, columns),
    Line.empty,
    ...(linted.length === 0 ? [] : [...LintText.of(linted, columns), Line.empty]),
    ...Paragraph.of(
      passed ? "passes" : `does not pass: ${stands.map(Standing.say).join(", ")}`,
      columns,
      { tone: passed ? "good" : "bad" }
    )
  ]
}
