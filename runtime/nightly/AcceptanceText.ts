/**
 * What was accepted as a baseline.
 */
import * as path from "node:path"
import * as Figure from "../report/Figure.ts"
import * as Line from "../report/Line.ts"
import * as Paragraph from "../report/Paragraph.ts"
import * as Table from "../report/Table.ts"
import * as Baseline from "./Baseline.ts"
import * as Comparison from "./Comparison.ts"
import * as Metric from "./Metric.ts"
import * as Combinations from "./statistics/Combinations.ts"

/** One baseline that was accepted; `replaced` says how many runs stood there before, null for none. */
export interface Accepted {
  readonly file: string
  readonly experiment: string
  readonly arm: string
  readonly engine: string
  readonly hardware: string
  readonly seeds: ReadonlyArray<number>
  /** The medians. */
  readonly metrics: Readonly<Record<string, number>>
  readonly replaced: number | null
  readonly by: string
  readonly reason: string
}

/** Tells of baselines that were put into a document. */
export const accepted = (
  { baselines: before, experiment }: Baseline.Document,
  baselines: ReadonlyArray<Baseline.Baseline>,
  file: string
): ReadonlyArray<Accepted> =>
  baselines.map((baseline): Accepted => {
    const { accepted: { by, reason }, arm, engine, hardware, samples } = baseline
    const figures = Metric.names.flatMap((name) => {
      const values = [...Comparison.figuresOf(samples, name).values()]
      return values.length === 0 ? [] : [[name, Comparison.median(values)] as const]
    })
    return {
      file,
      experiment,
      arm,
      engine,
      hardware,
      seeds: samples.map(({ seed }) => seed).toSorted((left, right) => left - right),
      metrics: Object.fromEntries(figures),
      replaced: before.find((one) => Baseline.samePlace(one, baseline))?.samples.length ?? null,
      by,
      reason
    }
  })

/** Says how many comparisons a night may make beside a baseline of so many runs. */
const reachOf = (seeds: number, samples: number): string => {
  const most = Math.floor(Comparison.level / Combinations.leastP(seeds, samples))
  return most === 0 ? "too few to compare with" : Figure.plural(most, "comparison")
}

export interface Options {
  /** So many seeds a night usually runs. */
  readonly seeds: number
  readonly columns: number
  readonly cwd: string
}

/** Lists what was accepted, and the files that hold it. */
export const of = (baselines: ReadonlyArray<Accepted>, { columns, cwd, seeds }: Options): ReadonlyArray<Line.Line> => [
  ...Table.of(
    [
      { heading: "arm", align: "left" },
      { heading: "runs", align: "right" },
      { heading: "before", align: "right" },
      { heading: "loss", align: "right" },
      { heading: "map50", align: "right" },
      { heading: `beside ${seeds} seeds`, align: "left" },
      { heading: "engine", align: "left" },
      { heading: "hardware", align: "left" }
    ],
    baselines.map(({ arm, engine, hardware, metrics: { loss, map50 }, replaced, seeds: own }) => [
      Line.span(arm),
      Line.span(String(own.length)),
      replaced === null ? Line.span("-", "quiet") : Line.span(String(replaced)),
      loss === undefined ? Line.span("-", "quiet") : Line.span(Figure.measured(loss)),
      map50 === undefined ? Line.span("-", "quiet") : Line.span(Figure.precision(map50)),
      Line.span(reachOf(seeds, own.length)),
      Line.span(engine),
      Line.span(hardware)
    ]),
    columns
  ),
  ...[...new Set(baselines.map(({ file }) => path.relative(cwd, file)))].flatMap((file) =>
    Paragraph.of(`written to ${file}: commit it, so that it is reviewed`, columns)
  )
]
