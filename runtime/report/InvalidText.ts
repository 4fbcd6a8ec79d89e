import type * as Experiment from "../../dsl/Experiment.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"

/** Says everything that keeps an experiment from running, each issue under its path; at most `columns` wide. */
export const of = (
  { experiment, issues }: Pick<Experiment.InvalidExperiment, "experiment" | "issues">,
  columns: number
): ReadonlyArray<Line.Line> => [
  ...Paragraph.fitted(
    Line.of(Line.span(experiment, "strong"), ` cannot run: ${Figure.plural(issues.length, "thing")} to correct`),
    columns
  ),
  ...issues.flatMap(({ message, path }) => [
    Line.empty,
    ...(path === "" ? [] : Paragraph.of(path, columns, { indent: 2, tone: "bad" })),
    ...Paragraph.message(message, columns, path === "" ? 2 : 4)
  ])
]
