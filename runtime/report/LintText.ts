/**
 * What was found in the source of experiments, for its author.
 */
import type { Severity } from "../plan/Finding.ts"
import * as CodeFrame from "./CodeFrame.ts"
import * as Figure from "./Figure.ts"
import * as Findings from "./Findings.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"

/** Something that was found in a file. */
export interface SourceFinding {
  readonly rule: { readonly id: string; readonly severity: Severity; readonly why: string; readonly wayOut: string }
  readonly message: string
  readonly start: CodeFrame.Place
  readonly end: CodeFrame.Place
  /** Whether `--fix` puts it right. */
  readonly fixable: boolean
  /** Whether a comment can let it be. */
  readonly suppressible: boolean
}

/** A file that was looked at. */
export interface SourceFile {
  readonly file: string
  readonly lines: ReadonlyArray<string>
  readonly findings: ReadonlyArray<SourceFinding>
  readonly suppressed: ReadonlyArray<unknown>
  readonly fixed: number
}

const indent = 4

/** Joins what was found with why it matters; a question ends its own sentence. */
export const said = (message: string, why: string): string => {
  const plain = why.replaceAll("`", "")
  return message.endsWith("?") ? `${message} ${plain.slice(0, 1).toUpperCase()}${plain.slice(1)}` : `${message}: ${plain}`
}

const place = ({ file }: SourceFile, { start }: SourceFinding): string => `${file}:${start.line}:${start.column}`

const one = (file: SourceFile, finding: SourceFinding, columns: number): ReadonlyArray<Line.Line> => {
  const { message, rule } = finding
  const tone = Findings.tones[rule.severity]
  const heading = Line.of(place(file, finding), "  ", Line.span(rule.severity, tone), "  ", Line.span(rule.id, "strong"))
  const fix = finding.fixable ? "; --fix does it" : ""
  return [
    ...(Line.width(heading) <= columns
      ? [heading]
      : [Line.of(place(file, finding)), Line.of("  ", Line.span(rule.severity, tone), "  ", Line.span(rule.id, "strong"))]),
    ...(file.lines.length === 0 ? [] : CodeFrame.of(file.lines, finding, { columns, tone })),
    ...Paragraph.of(said(message, rule.why), columns, { indent }),
    ...Paragraph.of(`What to do: ${rule.wayOut.replaceAll("`", "")}${fix}`, columns, { indent }),
    ...(finding.suppressible
      ? Paragraph.of(`Or let it be: // ballast-lint-ignore-next-line ${rule.id}: why`, columns, { indent })
      : []),
    Line.empty
  ]
}

const counted = (files: ReadonlyArray<SourceFile>): string => {
  const findings = files.flatMap((file) => file.findings)
  const sum = Findings.counted(findings.map(({ rule: { severity } }) => ({ severity })))
  const fixable = findings.filter((finding) => finding.fixable).length
  const suppressed = files.reduce((total, file) => total + file.suppressed.length, 0)
  const fixed = files.reduce((total, file) => total + file.fixed, 0)
  return [
    Figure.plural(files.length, "file"),
    sum ?? "nothing to say",
    ...(suppressed === 0 ? [] : [`${suppressed} let be, with a reason`]),
    ...(fixed === 0 ? [] : [`${fixed} put right`]),
    ...(fixable === 0 ? [] : [`--fix puts ${fixable} right`])
  ].join(", ")
}

/** Writes what was found in files, each finding with its place in the source, and their count last. */
export const of = (files: ReadonlyArray<SourceFile>, columns: number): ReadonlyArray<Line.Line> => [
  ...files.flatMap((file) => file.findings.flatMap((finding) => one(file, finding, columns))),
  ...Paragraph.of(counted(files), columns)
]
