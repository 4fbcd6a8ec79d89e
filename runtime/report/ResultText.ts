/**
 * What came of a launch, for the people who started it.
 */
import * as Expect from "../../dsl/Expect.ts"
import type { ExpectationResult, Result, RunResult } from "../run/Result.ts"
import * as AdviceText from "./AdviceText.ts"
import * as AttemptText from "./AttemptText.ts"
import * as ExpectationsText from "./ExpectationsText.ts"
import * as FaultText from "./FaultText.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as LossText from "./LossText.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Place from "./Place.ts"
import * as RunName from "./RunName.ts"
import * as Status from "./Status.ts"
import * as Table from "./Table.ts"

interface Options {
  readonly columns: number
  /** The folder that the reader is in, absolute. */
  readonly cwd: string
}

const mostName = 28

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

const courseOf = (runs: ReadonlyArray<RunResult>): ReadonlyArray<Cell> => [
  ...(runs.some(({ attempts }) => attempts.length > 1)
    ? [{
      column: { heading: "attempts", align: "left" },
      of: (run) => Line.span(AttemptText.count(run), run.remedied ? "doubtful" : "plain")
    } satisfies Cell]
    : []),
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
  const course = courseOf(runs)
  const all = [...outcome, ...course]
  return !fits(all) && fits(outcome) && fits(course) ? [...table(outcome), ...table(course)] : table(all)
}

const isExpected = (arm: string, expectations: ReadonlyArray<ExpectationResult>): boolean => {
  const text = Expect.text(Expect.diverges(arm))
  return expectations.some((expectation) => expectation.holds === true && expectation.text === text)
}

/** What is known of the fault of a run's only attempt; where there were several, each is told by itself. */
const foundOf = (run: RunResult): ReadonlyArray<string> => {
  const [found, fault] = run.attempts.length === 1 ? [FaultText.found(run), FaultText.last(run)] : [null, null]
  return found === null || fault === null ? [] : AttemptText.diagnosis(found, fault)
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
  const exploded = failed.some(FaultText.isExplosion)
  const untried = exploded && failed.every((run) => FaultText.found(run) === null)
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
    ...failed.flatMap((run) => [
      ...Paragraph.of(`seed ${run.seed}: ${FaultText.of(run)}`, columns, { indent: 2 }),
      ...foundOf(run).flatMap((text) => Paragraph.of(text, columns, { indent: 4 }))
    ]),
    ...(expected || remedies.length === 0 ? [] : [
      ...Paragraph.of(untried ? "Worth a try; nothing of it was tried on this run:" : "Worth a try:", columns, {
        indent: 2,
        tone: "quiet"
      }),
      ...Paragraph.listed(remedies, columns, { indent: 2 })
    ])
  ]
}

/** Says of each run why it ended before its length, although nothing went wrong, and what it met on the way. */
const besides = (runs: ReadonlyArray<RunResult>, columns: number): ReadonlyArray<Line.Line> => {
  const said = runs.flatMap((run) => {
    const name = RunName.of(run, nameColumns(columns))
    const remarks = AttemptText.remarks(run)
    return [
      ...(run.stopped === null ? [] : [`${name} ${run.stopped}`]),
      ...(remarks.length === 0 ? [] : [`${name}: ${remarks.join(", ")}`])
    ]
  })
  return said.length === 0 ? [] : [Line.empty, ...said.flatMap((text) => Paragraph.of(text, columns))]
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

const attempts = (runs: ReadonlyArray<RunResult>, options: Options): ReadonlyArray<Line.Line> =>
  runs.filter(({ attempts }) => attempts.length > 1).flatMap((run) => [
    ...heading(`attempts of ${RunName.of(run, nameColumns(options.columns))}`),
    ...run.attempts.flatMap((attempt) => AttemptText.of(run, attempt, options))
  ])

const advice = (runs: ReadonlyArray<RunResult>, columns: number): ReadonlyArray<Line.Line> =>
  runs.filter(({ advice }) => advice.length > 0).flatMap((run) => [
    ...heading(`advice for ${RunName.of(run, nameColumns(columns))}`),
    ...AdviceText.of(run.advice, columns)
  ])

const files = (runs: ReadonlyArray<RunResult>, options: Options): ReadonlyArray<Line.Line> => {
  const places = runs.flatMap((run) => {
    const name = RunName.of(run, nameColumns(options.columns))
    const pages = run.attempts.flatMap((attempt) => FaultText.page(run, attempt) ?? [])
    return [{ name, file: run.directory }, ...pages.map((file) => ({ name: `${name}: incident`, file }))]
  })
  return places.length === 0 ? [] : [...heading("files"), ...Place.list(places, options)]
}

/**
 * Writes what came of a launch, the verdict last. `told` knows the steps of every run by its id; a run that has told none
 * is not drawn. At most `columns` wide, but for paths, which are never cut.
 */
export const of = (
  result: Result,
  told: LossText.Told,
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
    ...besides(runs, columns),
    ...LossText.of(runs, told, columns),
    ...faults(result, options),
    ...attempts(runs, options),
    ...advice(runs, columns),
    ...ExpectationsText.of(result, columns),
    ...files(runs, options),
    Line.empty,
    ...Paragraph.fitted(ExpectationsText.verdict(result), columns)
  ]
}
