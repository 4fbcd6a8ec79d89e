/**
 * The triggers of a queue, with their last and next times.
 */
import type { Kept } from "../run/trigger/Keeping.ts"
import * as Zone from "../run/trigger/Zone.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Table from "./Table.ts"

/** Writes a moment to the minute, as clocks in a zone show it. */
const moment = (timeZone: string, at: number): string => Zone.format(timeZone, at).replace("T", " ").slice(0, minutes)

const minutes = "2026-01-31 03:00".length

/** Lists triggers as they are given; what there is to say of the last time that one was due follows the table. */
export const of = (triggers: ReadonlyArray<Kept>, columns: number): ReadonlyArray<Line.Line> =>
  triggers.length === 0
    ? Paragraph.of("this queue keeps no triggers: npx ballast triggers add FILE keeps those that an experiment declares", columns)
    : [
      ...Table.of(
        [
          { heading: "experiment", align: "left" },
          { heading: "cron", align: "left", whole: true },
          { heading: "time zone", align: "left" },
          { heading: "overlap", align: "left" },
          { heading: "catch up", align: "left" },
          { heading: "last", align: "left" },
          { heading: "launch", align: "left", whole: true },
          { heading: "next", align: "left" }
        ],
        triggers.map(({ experiment, fires: { catchUp, cron, overlap, timeZone }, last, next }) => [
          Line.span(Line.clean(experiment)),
          Line.span(cron),
          Line.span(timeZone),
          Line.span(overlap),
          Line.span(catchUp),
          last === null ? Line.span("-", "quiet") : Line.span(moment(timeZone, last.at)),
          last === null ? Line.span("-", "quiet") : Line.span(last.launch),
          Line.span(moment(timeZone, next))
        ]),
        columns
      ),
      ...triggers.flatMap(({ experiment, remark }) =>
        remark === null ? [] : Paragraph.of(`${experiment}: ${remark}`, columns, { tone: "doubtful" })
      )
    ]
