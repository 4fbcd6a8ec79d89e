/**
 * What a night is to run, as a table.
 */
import * as Figure from "../report/Figure.ts"
import * as Line from "../report/Line.ts"
import * as Paragraph from "../report/Paragraph.ts"
import * as Table from "../report/Table.ts"
import type { Arm } from "./Planned.ts"
import * as Sufficiency from "./Sufficiency.ts"

/** An experiment's file that cannot take part, and why. */
export interface Broken {
  readonly file: string
  readonly message: string
}

export interface Night {
  readonly planned: ReadonlyArray<Arm>
  readonly broken: ReadonlyArray<Broken>
  readonly refusal: Sufficiency.Refusal | null
}

const mostSeedsShown = 6

const seedsOf = (seeds: ReadonlyArray<number>): string =>
  seeds.length > mostSeedsShown ? `${seeds.slice(0, mostSeedsShown).join(" ")} … (${seeds.length})` : seeds.join(" ")

const momentOf = (at: number | null): Line.Span => at === null ? Line.span("-", "quiet") : Line.span(Figure.moment(at))

const rowOf = ({ arm, baseline, due, experiment, next, seconds, seeds }: Arm): Line.Line => [
  Line.span(experiment),
  Line.span(arm),
  Line.span(seedsOf(seeds)),
  momentOf(due),
  momentOf(next),
  seconds === null ? Line.span("not known", "quiet") : Line.span(Figure.duration(seconds * seeds.length)),
  baseline === null ? Line.span("none", "doubtful") : Line.span(Figure.plural(baseline.samples.length, "run"))
]

/** Adds up what is known of a night's cost. */
const costOf = (planned: ReadonlyArray<Arm>): string => {
  const known = planned.filter(({ seconds }) => seconds !== null)
  const total = known.reduce((sum, { seconds, seeds }) => sum + (seconds ?? 0) * seeds.length, 0)
  const runs = planned.reduce((sum, { seeds }) => sum + seeds.length, 0)
  const unknown = planned.length - known.length
  return `${Figure.plural(runs, "run")}`
    + (known.length === 0 ? "" : `, about ${Figure.duration(total)} one after the other`)
    + (unknown === 0 ? "" : `, besides ${Figure.plural(unknown, "arm")} that nothing here has trained yet`)
}

/** Lists what would run, in at most so many columns. */
export const of = ({ broken, planned, refusal }: Night, columns: number): ReadonlyArray<Line.Line> => [
  ...(planned.length === 0
    ? broken.length > 0 ? [] : Paragraph.of("nothing is due: --all plans every experiment all the same", columns)
    : [
      ...Table.of(
        [
          { heading: "experiment", align: "left" },
          { heading: "arm", align: "left" },
          { heading: "seeds", align: "left" },
          { heading: "due", align: "left" },
          { heading: "next", align: "left" },
          { heading: "takes", align: "right" },
          { heading: "baseline", align: "left" }
        ],
        planned.map(rowOf),
        columns
      ),
      ...Paragraph.of(costOf(planned), columns)
    ]),
  ...broken.flatMap(({ file, message }) => Paragraph.message(`${file} is left out: ${message}`, columns)),
  ...(refusal === null ? [] : Paragraph.message(Sufficiency.explain(refusal), columns))
]
