/**
 * What was put into the queue, in words.
 */
import type { Overview } from "../run/queue/Workers.ts"
import type { Submitted } from "../run/queue/Submit.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Table from "./Table.ts"

/** Says why runs wait that no worker can take. */
export const waiting = ({ lines, waiting, workers }: Overview, columns: number): ReadonlyArray<Line.Line> => {
  if (workers.length === 0) {
    return waiting === 0 ? [] : Paragraph.of("no worker is at this queue: npx ballast worker starts one", columns, { tone: "doubtful" })
  }
  return lines.flatMap(({ lacking, waiting }) => {
    const [first] = lacking
    return first === undefined
      ? []
      : Paragraph.of(
        `${Figure.plural(waiting, "run")} no worker can take: ${first.worker} lacks ${first.what}`,
        columns,
        { tone: "doubtful" }
      )
  })
}

/** An experiment that was submitted, by its name. */
export interface Named {
  readonly experiment: string
  readonly submitted: Submitted
}

const runs = ({ experiment, submitted: { launch, runs } }: Named, columns: number): ReadonlyArray<Line.Line> => [
  ...Paragraph.of(`${experiment}: ${Figure.plural(runs.length, "run")}, launch ${launch}`, columns, { tone: "strong" }),
  ...Table.of(
    [
      { heading: "run", align: "left", whole: true },
      { heading: "arm", align: "left" },
      { heading: "seed", align: "right" },
      { heading: "", align: "left" }
    ],
    runs.map(({ answered, arm, id, seed }) => [
      Line.span(id),
      Line.span(Line.clean(arm)),
      Line.span(String(seed)),
      answered === null ? Line.span("waits", "quiet") : Line.span(`answered by ${answered}`, "good")
    ]),
    columns
  )
]

/** Lists the runs of what was submitted, and says what nobody at the queue can take. */
export const of = (all: ReadonlyArray<Named>, overview: Overview, columns: number): ReadonlyArray<Line.Line> => [
  ...all.flatMap((one) => runs(one, columns)),
  ...waiting(overview, columns)
]

/** Lists what a pull request has run. */
export const ofPullRequest = (all: ReadonlyArray<Named>, overview: Overview, columns: number): ReadonlyArray<Line.Line> =>
  all.length > 0
    ? of(all, overview, columns)
    : Paragraph.of("nothing is submitted: no experiment with Trigger.pullRequest trains otherwise than before", columns)
