/**
 * One pull request's report as a document, which is read where nobody knows who wrote it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Issue from "../../../dsl/Issue.ts"
import * as DiffDocument from "../diff/DiffDocument.ts"
import type { Linted, Placed } from "../lint/Lint.ts"
import * as Standing from "./Standing.ts"

const { List, Text } = DiffDocument

const Found = Schema.Struct({
  rule: Text,
  severity: Schema.Literals(["error", "warning", "advice"]),
  file: Text,
  line: Schema.Int,
  column: Schema.Int,
  message: Text,
  why: Text,
  wayOut: Text
})

const Lint = Schema.Struct({
  files: List(Text),
  findings: List(Found),
  /** What a comment in the source lets be. */
  suppressed: List(Schema.Struct({ ...Found.fields, reason: Text }))
})

export const ReviewDocument = Schema.Struct({
  format: Schema.Literal("ballast.review/1"),
  /** Whether somebody who may has approved what broadens. */
  approved: Schema.Boolean,
  passed: Schema.Boolean,
  /** What keeps it from passing. */
  stands: List(Schema.Struct({ kind: Schema.Literals(Standing.kinds), count: Schema.Int })),
  diff: DiffDocument.DiffDocument,
  lint: Lint
})

export type ReviewDocument = typeof ReviewDocument.Type
export type Found = typeof Found.Type

const foundOf = ({ message, rule, start }: Placed, file: string): Found => ({
  rule: rule.id,
  severity: rule.severity,
  file,
  line: start.line,
  column: start.column,
  message,
  why: rule.why,
  wayOut: rule.wayOut
})

const of = (reported: Pick<ReviewDocument, "approved" | "diff" | "lint">): ReviewDocument => {
  const stands = Standing.of(reported)
  return { format: "ballast.review/1", ...reported, passed: stands.length === 0, stands }
}

/** Makes the document of what was compared and what was found in the source. */
export const make = (diff: DiffDocument.DiffDocument, linted: ReadonlyArray<Linted>, approved: boolean): ReviewDocument =>
  of({
    approved,
    diff,
    lint: {
      files: linted.map(({ file }) => file),
      findings: linted.flatMap(({ file, findings }) => findings.map((finding) => foundOf(finding, file))),
      suppressed: linted.flatMap(({ file, suppressed }) =>
        suppressed.map((finding) => ({ ...foundOf(finding, file), reason: finding.reason }))
      )
    }
  })

// JSON has no name for numbers that are not finite: the documents spell them.
const decoded = Schema.decodeUnknownResult(Schema.toCodecJson(ReviewDocument))

/**
 * Reads a document that anybody may have written. What it says of itself is not taken: whether it passes is judged
 * anew. Fails with what is wrong, in one line.
 */
export const read = (text: string): Result.Result<ReviewDocument, string> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return Result.fail("it is no JSON")
  }
  return decoded(json).pipe(
    Result.map(({ approved, diff, lint }) => of({ approved, diff, lint })),
    Result.mapError(({ issue }) => {
      const [first] = Issue.list(json, issue)
      return first === undefined ? "it is no report" : `${first.path === "" ? "" : `${first.path}: `}${first.message}`
    })
  )
}
