import type { Advice } from "../train/Outcome.ts"
import type * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"

/** Writes what a training's own figures advise, each under the name of its rule. */
export const of = (advice: ReadonlyArray<Advice>, columns: number): ReadonlyArray<Line.Line> =>
  advice.flatMap(({ message, rule }) => [
    ...Paragraph.of(rule, columns, { indent: 2, tone: "strong" }),
    ...Paragraph.of(message, columns, { indent: 4 })
  ])
