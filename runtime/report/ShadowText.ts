/**
 * What other clip policies would have done to a run's norms.
 */
import * as Shadow from "../optim/Shadow.ts"
import * as Notation from "../plan/Notation.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Table from "./Table.ts"

/** Fewer norms than this say nothing of a policy that goes by those before. */
const leastNorms = 20

/** Writes a row a policy; nothing where there are few norms. */
export const of = (norms: ReadonlyArray<number>, columns: number): ReadonlyArray<Line.Line> => {
  if (norms.length < leastNorms) return []
  const rows = Shadow.of(norms).map(({ clip, clipRate, coefficient, largest }) => [
    Line.span(Notation.of("clip", clip)),
    Line.span(Figure.percent(clipRate)),
    coefficient === null ? Line.span("-", "quiet") : Line.span(Figure.measured(coefficient)),
    Line.span(Figure.measured(largest))
  ])
  const table = Table.of(
    [
      { heading: "policy", align: "left", whole: true },
      { heading: "clipped", align: "right" },
      { heading: "median factor", align: "right" },
      { heading: "longest left", align: "right" }
    ],
    rows,
    columns - 2
  )
  return rows.length === 0 ? [] : [
    ...table.map((line) => line.length === 0 ? line : [Line.span("  "), ...line]),
    ...Paragraph.of(
      "told of the norms that there were: another policy would have led to other ones; what Clip.perLayer and Clip.adaptive do "
        + "hangs on the norm of every tensor by itself",
      columns,
      { indent: 2, tone: "quiet" }
    )
  ]
}
