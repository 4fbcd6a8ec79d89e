/**
 * A night for a terminal.
 */
import * as Line from "../report/Line.ts"
import * as Paragraph from "../report/Paragraph.ts"
import * as Table from "../report/Table.ts"
import type { NightReport } from "./NightReport.ts"
import * as NightWords from "./NightWords.ts"

/** Writes the comparisons as a table, then what there is to say of each that is not the same. */
export const of = (report: NightReport, columns: number): ReadonlyArray<Line.Line> => {
  const rows = NightWords.gravestFirst(report)
  return [
    ...(report.night === null && rows.length === 0
      ? []
      : [Line.of(Line.span(report.verdict, NightWords.tones[report.verdict]), `: ${NightWords.counted(report)}`)]),
    ...Paragraph.of(NightWords.about(report), columns),
    ...(rows.length === 0 ? [] : [
      Line.empty,
      ...Table.of(
        [
          { heading: "experiment", align: "left" },
          { heading: "arm", align: "left" },
          { heading: "of", align: "left" },
          { heading: "baseline", align: "right" },
          { heading: "now", align: "right" },
          { heading: "p", align: "right" },
          { heading: "runs / baseline", align: "right" },
          { heading: "", align: "left" }
        ],
        rows.map((row) => [
          Line.span(row.experiment),
          Line.span(row.arm),
          Line.span(NightWords.metric(row)),
          Line.span(NightWords.figure(row, row.baseline)),
          Line.span(NightWords.figure(row, row.observed)),
          Line.span(NightWords.chance(row)),
          Line.span(NightWords.samples(row), "quiet"),
          Line.span(row.verdict, NightWords.tones[row.verdict])
        ]),
        columns
      ),
      Line.empty
    ]),
    ...Paragraph.listed(
      [
        ...rows.filter(({ verdict }) => verdict !== "same")
          .map((row) => `${row.experiment}, ${row.arm}, ${NightWords.metric(row)}: ${row.verdict}, ${row.reason}`),
        ...NightWords.besides(report)
      ],
      columns
    )
  ]
}
