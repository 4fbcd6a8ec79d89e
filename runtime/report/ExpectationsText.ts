/**
 * What was expected of a launch, and what came of it.
 */
import type { Result } from "../run/Result.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"

const answerColumns = 16
/** Fewer columns than this leave no room for sentences beside answers. */
const narrow = 50

const answerOf = (holds: boolean | null): Line.Span => {
  if (holds === null) return Line.span("cannot be judged", "doubtful")
  return holds ? Line.span("holds", "good") : Line.span("does not hold", "bad")
}

/** Writes what was expected of a launch, and what came of each; nothing where nothing was. */
export const of = ({ expectations }: Result, columns: number): ReadonlyArray<Line.Line> =>
  expectations.length === 0 ? [] : [
    Line.empty,
    Line.of(Line.span("expected", "strong")),
    ...expectations.flatMap(({ holds, observed, text }) => {
      const answer = answerOf(holds)
      if (columns < narrow) {
        return [
          Line.of("  ", answer),
          ...Paragraph.of(text, columns, { indent: 4 }),
          ...Paragraph.of(observed, columns, { indent: 4, tone: "quiet" })
        ]
      }
      const indent = 2 + answerColumns + 2
      const [first = [], ...rest] = Paragraph.of(text, columns, { indent })
      return [
        Line.of("  ", { ...answer, text: Line.pad(answer.text, answerColumns + 2) }, ...first.slice(1)),
        ...rest,
        ...Paragraph.of(observed, columns, { indent, tone: "quiet" })
      ]
    })
  ]

/** Says what the expectations come to. */
export const verdict = ({ expectations, runs, verdict }: Result): Line.Line => {
  const failed = runs.filter(({ status }) => status === "failed").length
  if (expectations.length === 0 && failed > 0) {
    return Line.of(Line.span(`${failed} of ${Figure.plural(runs.length, "run")} failed`, "bad"), ", and nothing was expected")
  }
  const total = Figure.plural(expectations.length, "expectation")
  const number = (wanted: boolean | null): number => expectations.filter(({ holds }) => holds === wanted).length
  const of = (count: number, verb: string, verbs: string): string =>
    `: ${count} of ${total} ${count === 1 ? verb : verbs}`
  if (expectations.length === 0) return Line.of(Line.span(verdict, "strong"), ": nothing was expected")
  switch (verdict) {
    case "holds":
      return Line.of(Line.span(verdict, "good"), of(number(true), "holds", "hold"))
    case "fails":
      return Line.of(Line.span(verdict, "bad"), of(number(false), "does not hold", "do not hold"))
    case "undecided":
      return Line.of(Line.span(verdict, "doubtful"), of(number(null), "cannot be judged", "cannot be judged"))
  }
}
