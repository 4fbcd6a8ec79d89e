/**
 * A bisection for a terminal.
 */
import * as RecipeDiff from "../plan/RecipeDiff.ts"
import * as Line from "../report/Line.ts"
import * as Paragraph from "../report/Paragraph.ts"
import * as Table from "../report/Table.ts"
import type { Outcome, Verdict } from "./Bisect.ts"
import type { Metric } from "./Metric.ts"
import * as NightWords from "./NightWords.ts"

const tones: Readonly<Record<Verdict, Line.Tone>> = { found: "good", flaky: "doubtful", held: "doubtful", halted: "doubtful" }

const short = (commit: string): string => commit.slice(0, 12)

const answer = (worse: boolean | null): Line.Span =>
  worse === null ? Line.span("what others are held against", "quiet") : worse ? Line.span("worse", "bad") : Line.span("not worse", "good")

/** Writes the commit and the field, and then every measurement. */
export const of = (outcome: Outcome, metric: Metric["name"], columns: number): ReadonlyArray<Line.Line> => {
  const { bad, fields, good, measurements, reason, together, unread, verdict } = outcome
  return [
    Line.of(Line.span(verdict, tones[verdict]), verdict === "found" ? `: ${bad} is the first bad commit` : ""),
    ...Paragraph.of(reason, columns),
    ...(verdict === "found" || verdict === "halted" ? Paragraph.of(`last good ${short(good)}, first bad ${short(bad)}`, columns) : []),
    ...Paragraph.listed(fields.map(RecipeDiff.say), columns, { tone: "strong" }),
    ...(together.length === 0 ? [] : Paragraph.of(`only together with what else it changes of ${together.join(", ")}`, columns)),
    ...(unread.length === 0 ? [] : Paragraph.of(`commits between them could not be read, and may be it: ${unread.map(short).join(", ")}`, columns)),
    Line.empty,
    ...Table.of(
      [
        { heading: "commit", align: "left", whole: true },
        { heading: metric, align: "right" },
        { heading: "", align: "left" },
        { heading: "with, of the commit after", align: "left" }
      ],
      measurements.map(({ commit, median, mixed, worse }) => [
        Line.span(short(commit)),
        Line.span(NightWords.figure({ metric }, median)),
        answer(worse),
        Line.span(mixed.join(", "))
      ]),
      columns
    )
  ]
}
