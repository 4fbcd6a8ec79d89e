/**
 * Whether an experiment can run, and everything that was found on the way.
 */
import type { Issue } from "../../dsl/Issue.ts"
import type { Finding } from "../plan/Finding.ts"
import * as Figure from "./Figure.ts"
import * as Findings from "./Findings.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Table from "./Table.ts"

/** A file, or one row of it, that is left out of a data set. */
export interface Excluded {
  readonly file: string
  /** From 1 on; null where it is the whole file. */
  readonly line: number | null
  readonly reason: string
}

/** What is known of one data set. */
export interface ValidatedData {
  readonly name: string
  readonly images: number
  readonly boxes: number
  /** How many images to validate on are among those to train on. */
  readonly leaked: number
  readonly excluded: ReadonlyArray<Excluded>
}

/** What validation found. Findings alone are in `arms`; what keeps the experiment from being read is in `errors`. */
export interface Validation {
  readonly experiment: string
  readonly valid: boolean
  readonly arms: ReadonlyArray<{ readonly arm: string; readonly findings: ReadonlyArray<Finding> }>
  readonly errors: ReadonlyArray<Issue>
  readonly data: ReadonlyArray<ValidatedData>
}

const mostExcluded = 20

const excludedOf = ({ excluded }: ValidatedData, columns: number): ReadonlyArray<Line.Line> => {
  const shown = excluded.slice(0, mostExcluded)
  const more = excluded.length - shown.length
  return [
    ...shown.flatMap(({ file, line, reason }) => {
      const place = line === null ? file : `${file}:${line}`
      const whole = Line.of("  ", place, "  ", Line.span(reason, "doubtful"))
      return Line.width(whole) <= columns
        ? [whole]
        : [Line.of("  ", place), ...Paragraph.of(reason, columns, { indent: 4, tone: "doubtful" })]
    }),
    ...(more === 0
      ? []
      : Paragraph.of(`and ${more} more; --json lists all of them`, columns, { indent: 2, tone: "quiet" }))
  ]
}

const dataOf = (data: ReadonlyArray<ValidatedData>, columns: number): ReadonlyArray<Line.Line> =>
  data.length === 0 ? [] : [
    Line.empty,
    ...Table.of(
      [
        { heading: "data", align: "left" },
        { heading: "images", align: "right" },
        { heading: "boxes", align: "right" },
        { heading: "left out", align: "right" },
        { heading: "leaked", align: "right" }
      ],
      data.map(({ boxes, excluded, images, leaked, name }) => [
        Line.span(name),
        Line.span(String(images)),
        Line.span(String(boxes)),
        Line.span(String(excluded.length), excluded.length === 0 ? "plain" : "doubtful"),
        Line.span(String(leaked), leaked === 0 ? "plain" : "doubtful")
      ]),
      columns
    ),
    ...data.filter(({ excluded }) => excluded.length > 0).flatMap((set) => [
      Line.empty,
      ...Paragraph.of(`left out of ${set.name}`, columns),
      ...excludedOf(set, columns)
    ])
  ]

const errorsOf = (errors: ReadonlyArray<Issue>, columns: number): ReadonlyArray<Line.Line> =>
  errors.flatMap(({ message, path }) => [
    Line.empty,
    ...(path === "" ? [] : Paragraph.of(path, columns, { indent: 2, tone: "bad" })),
    ...Paragraph.message(message, columns, path === "" ? 2 : 4)
  ])

const armsOf = (arms: Validation["arms"], columns: number): ReadonlyArray<Line.Line> =>
  arms.flatMap(({ arm, findings }) => [
    Line.empty,
    ...Paragraph.fitted(
      Line.of(Line.span(arm, "strong"), Line.span(findings.length === 0 ? "  nothing to say" : "", "quiet")),
      columns
    ),
    ...Findings.of(findings, columns)
  ])

/** Counts what stands in the way, or was found, in words. */
const counted = ({ arms, errors }: Validation): string => {
  const findings = Findings.counted(arms.flatMap(({ findings }) => findings))
  const parts = [
    ...(errors.length === 0 ? [] : [`${Figure.plural(errors.length, "thing")} to correct`]),
    ...(findings === null ? [] : [findings])
  ]
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`
}

/** Writes what validation found, the answer last; at most `columns` wide, but for paths, which are never cut. */
export const of = (validation: Validation, columns: number): ReadonlyArray<Line.Line> => {
  const { arms, data, errors, experiment, valid } = validation
  return [
    ...Paragraph.fitted(
      Line.of(Line.span(experiment, "strong"), arms.length === 0 ? "" : `: ${Figure.plural(arms.length, "arm")}`),
      columns
    ),
    ...errorsOf(errors, columns),
    ...armsOf(arms, columns),
    ...dataOf(data, columns),
    Line.empty,
    ...Paragraph.fitted(
      Line.of(Line.span(valid ? "valid" : "not valid", valid ? "good" : "bad"), counted(validation)),
      columns
    )
  ]
}
