/**
 * What came of a launch, for the people who started it.
 */
import * as Expect from "../../dsl/Expect.ts"
import type { ExpectationResult, Result, RunResult } from "../run/Result.ts"
import * as ExpectationsText from "./ExpectationsText.ts"
import * as FaultText from "./FaultText.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Place from "./Place.ts"
import * as RunName from "./RunName.ts"
import * as Sparkline from "./Sparkline.ts"
import * as Status from "./Status.ts"
import * as Table from "./Table.ts"

interface Options {
  readonly columns: number
  /** The folder that the reader is in, absolute. */
  readonly cwd: string
}

const mostName = 28
const mostCurve = 60
const leastCurve = 10

const nameColumns = (columns: number): number => Math.min(mostName, Math.floor(columns / 2))

const heading = (text: string): ReadonlyArray<Line.Line> => [Line.empty, Line.of(Line.span(text, "strong"))]

/** Says what a run was computed with; null where no engine was loaded. */
export const engine = ({ engine, execution }: Pick<RunResult, "engine" | "execution">): string | null => {
  if (engine === null) return null
  if (execution === null) return engine
  const { device, mode, reason, threads, version } = execution
  const how = mode === "session" ? "" : `, one operation at a time${reason === null ? "" : `: ${reason}`}`
  return `${engine} ${version} on ${device}, ${Figure.plural(threads, "thread")}${how}`
}

const figure = (value: number | null, write: (value: number) => string = Figure.measured): Line.Span =>
  value === null
    ? Line.span("-", "quiet")
    : Line.span(write(value), Number.isFinite(value) ? "plain" : "bad")

interface Cell {
  readonly column: Table.Column
  readonly of: (run: RunResult) => Line.Span
}

const right = (heading: string, of: Cell["of"]): Cell => ({ column: { heading, align: "right" }, of })

const outcomeOf = (runs: ReadonlyArray<RunResult>): ReadonlyArray<Cell> => {
  const accuracy = runs.some(({ metrics }) => metrics.accuracy !== null)
  // Where no run has any figure of an evaluation, the columns are a detector's.
  const precision = !accuracy || runs.some(({ metrics }) => metrics.map50 !== null)
  return [
    { column: { heading: "status", align: "left" }, of: ({ status }) => Status.of(status) },
    right("steps", ({ steps }) => Line.span(String(steps))),
    // A run that took no step has no loss; NaN would look like one.
    right("loss", ({ metrics, steps }) => figure(steps === 0 && Number.isNaN(metrics.loss) ? null : metrics.loss)),
    ...(precision
      ? [
        right("mAP50", ({ metrics }) => figure(metrics.map50, Figure.precision)),
        right("mAP50-95", ({ metrics }) => figure(metrics.map, Figure.precision))
      ]
      : []),
    ...(accuracy ? [right("accuracy", ({ metrics }) => figure(metrics.accuracy, Figure.precision))] : []),
    right("time", ({ metrics }) => Line.span(Figure.duration(metrics.seconds)))
  ]
}

const course: ReadonlyArray<Cell> = [
  right("norm median", ({ gradNorm }) => figure(gradNorm.median)),
  right("norm max", ({ gradNorm }) => figure(gradNorm.max)),
  right("clipped", ({ clipRate }) => Line.span(Figure.percent(clipRate))),
  right("images/s", ({ metrics }) => figure(metrics.imagesPerSecond, Figure.rate))
]

const tables = (runs: ReadonlyArray<RunResult>, columns: number): ReadonlyArray<Line.Line> => {
  const headings = (cells: ReadonlyArray<Cell>): ReadonlyArray<Table.Column> => [
    { heading: "run", align: "left" },
    ...cells.map(({ column }) => column)
  ]
  const rows = (cells: ReadonlyArray<Cell>): ReadonlyArray<Line.Line> =>
    runs.map((run) => [Line.span(RunName.of(run, nameColumns(columns))), ...cells.map((cell) => cell.of(run))])
  const table = (cells: ReadonlyArray<Cell>): ReadonlyArray<Line.Line> => [
    Line.empty,
    ...Table.of(headings(cells), rows(cells), columns)
  ]
  const fits = (cells: ReadonlyArray<Cell>): boolean => Table.fits(headings(cells), rows(cells), columns)
  const outcome = outcomeOf(runs)
  const all = [...outcome, ...course]
  return !fits(all) && fits(outcome) && fits(course) ? [...table(outcome), ...table(course)] : table(all)
}

/**
 * Lays curves on one scale. Where some runs succeeded it is theirs, because one that explodes would flatten all others;
 * what is above it stands at the top.
 */
const scaleOf = (drawn: ReadonlyArray<{ readonly run: RunResult; readonly losses: ReadonlyArray<number> }>) => {
  const succeeded = drawn.filter(({ run }) => run.status === "succeeded")
  const all = Sparkline.scaleOf(drawn.flatMap(({ losses }) => losses))
  const scale = succeeded.length === 0 ? all : Sparkline.scaleOf(succeeded.flatMap(({ losses }) => losses))
  const broken = drawn.some(({ losses }) => losses.some((loss) => !Number.isFinite(loss)))
  const range = `from ${Figure.measured(scale.low)} to ${Figure.measured(scale.high)}`
  const said = [
    ...(Number.isFinite(scale.low) ? [`${range}${scale.logarithmic ? ", logarithmic" : ""}`] : []),
    ...(all.high > scale.high ? ["what is higher stands at the top"] : []),
    ...(broken ? ["× is NaN or infinite"] : [])
  ]
  return { scale, said }
}

const curvesOf = (
  runs: ReadonlyArray<RunResult>,
  curves: ReadonlyMap<string, ReadonlyArray<number>>,
  columns: number
): ReadonlyArray<Line.Line> => {
  const drawn = runs.flatMap((run) => {
    const losses = curves.get(run.id) ?? []
    return losses.length === 0 ? [] : [{
      run,
      losses,
      name: RunName.of(run, nameColumns(columns)),
      ends: `${Figure.measured(losses[0] ?? NaN)} to ${Figure.measured(losses.at(-1) ?? NaN)}`
    }]
  })
  if (drawn.length === 0) return []
  const widest = (texts: ReadonlyArray<string>): number => Math.max(...texts.map(Line.widthOf))
  const names = widest(drawn.map(({ name }) => name))
  const ends = widest(drawn.map(({ ends }) => ends))
  const free = columns - 2 - names - 2
  const withEnds = free - ends - 2 >= leastCurve
  const room = Math.max(1, Math.min(mostCurve, withEnds ? free - ends - 2 : free))
  const longest = Math.max(...drawn.map(({ losses }) => losses.length))
  const { said, scale } = scaleOf(drawn)
  return [
    ...heading("loss"),
    ...Paragraph.of([Figure.plural(longest, "step"), ...said].join("; "), columns, { indent: 2, tone: "quiet" }),
    ...drawn.map(({ ends, losses, name }) => {
      // A run that ended early is as much shorter: steps stand below each other.
      const wide = Math.max(1, Math.round((Math.min(room, longest) * losses.length) / longest))
      const curve = Sparkline.line(losses, wide, scale)
      return Line.of(
        "  ",
        Line.pad(name, names),
        "  ",
        withEnds ? Line.pad(curve, Math.min(room, longest)) : curve,
        ...(withEnds ? ["  ", Line.span(ends, "quiet")] : [])
      )
    })
  ]
}

const isExpected = (arm: string, expectations: ReadonlyArray<ExpectationResult>): boolean => {
  const text = Expect.text(Expect.diverges(arm))
  return expectations.some((expectation) => expectation.holds === true && expectation.text === text)
}

const failedArm = (
  arm: string,
  failed: ReadonlyArray<RunResult>,
  result: Result,
  { columns, cwd }: Options
): ReadonlyArray<Line.Line> => {
  const expected = isExpected(arm, result.expectations)
  const all = result.runs.filter((run) => run.arm === arm).length
  const share = all === 1 ? "" : ` at ${failed.length} of ${all} seeds`
  const finite = [...new Set(result.runs.filter(({ status }) => status === "succeeded").map(({ arm }) => arm))]
    .filter((other) => other !== arm)
  const exploded = failed.some((run) => ["NonFinite", "Diverged"].includes(FaultText.last(run)?.tag ?? ""))
  const remedies = [
    ...new Set([
      ...(exploded && finite.length > 0
        ? [`what ${finite.map((other) => `"${other}"`).join(", ")} of this launch has, which stayed finite`]
        : []),
      ...failed.flatMap((run) => FaultText.remedies(run, cwd))
    ])
  ]
  return [
    Line.empty,
    ...Paragraph.fitted(
      Line.of(
        Line.span(arm, "strong"),
        " ",
        Line.span("failed", expected ? "plain" : "bad"),
        `${share}${expected ? ", as expected" : ""}`
      ),
      columns
    ),
    ...failed.flatMap((run) => Paragraph.of(`seed ${run.seed}: ${FaultText.of(run)}`, columns, { indent: 2 })),
    ...(expected || remedies.length === 0 ? [] : [
      ...Paragraph.of(exploded ? "Worth a try; nothing of it was tried on this run:" : "Worth a try:", columns, {
        indent: 2,
        tone: "quiet"
      }),
      ...Paragraph.listed(remedies, columns, { indent: 2 })
    ])
  ]
}

/** Says of each run that ended before its length why it did, although nothing went wrong. */
const early = (runs: ReadonlyArray<RunResult>, columns: number): ReadonlyArray<Line.Line> => {
  const stopped = runs.flatMap((run) => run.stopped === null ? [] : `${RunName.of(run, nameColumns(columns))} ${run.stopped}`)
  return stopped.length === 0 ? [] : [Line.empty, ...stopped.flatMap((text) => Paragraph.of(text, columns))]
}

const interruption = (run: RunResult): string =>
  run.steps === 0
    ? `${RunName.of(run)} was not started`
    : `${RunName.of(run)} was interrupted after ${Figure.plural(run.steps, "step")}, with a checkpoint of its last one`

const faults = (result: Result, options: Options): ReadonlyArray<Line.Line> => {
  const failed = Map.groupBy(result.runs.filter(({ status }) => status === "failed"), ({ arm }) => arm)
  const interrupted = result.runs.filter(({ status }) => status === "interrupted")
  return [
    ...[...failed].flatMap(([arm, runs]) => failedArm(arm, runs, result, options)),
    ...(interrupted.length === 0 ? [] : [
      Line.empty,
      ...interrupted.flatMap((run) =>
        Paragraph.of(interruption(run), options.columns, { tone: "doubtful" })
      )
    ])
  ]
}

/**
 * Writes what came of a launch, the verdict last. `curves` holds the loss of every step by the run's id; a run that has
 * none there is not drawn. At most `columns` wide, but for paths, which are never cut.
 */
export const of = (
  result: Result,
  curves: ReadonlyMap<string, ReadonlyArray<number>>,
  options: Options
): ReadonlyArray<Line.Line> => {
  const { columns } = options
  const { experiment, launch, runs } = result
  const cut = runs.filter(({ partial }) => partial).length
  const engines = [...new Set(runs.flatMap((run) => engine(run) ?? []))]
  return [
    ...Paragraph.of(`${experiment}: ${Figure.plural(runs.length, "run")}, launch ${launch}`, columns, {
      tone: "strong"
    }),
    ...engines.flatMap((text) => Paragraph.of(text, columns, { tone: "quiet" })),
    ...(cut === 0 ? [] : Paragraph.of(
      `${cut === runs.length ? "" : `${cut} of them `}cut short by --steps, and not to be judged as whole trainings`,
      columns,
      { tone: "doubtful" }
    )),
    ...(runs.length === 0 ? [] : tables(runs, columns)),
    ...early(runs, columns),
    ...curvesOf(runs, curves, columns),
    ...faults(result, options),
    ...ExpectationsText.of(result, columns),
    ...(runs.length === 0 ? [] : [
      ...heading("files"),
      ...Place.list(
        runs.map((run) => ({ name: RunName.of(run, nameColumns(columns)), file: run.directory })),
        options
      )
    ]),
    Line.empty,
    ...Paragraph.fitted(ExpectationsText.verdict(result), columns)
  ]
}
