/**
 * Runs that are kept: a list of them, and all that is known of one.
 */
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Identity } from "../plan/Identity.ts"
import type { RunResult } from "../run/Result.ts"
import type { EvalEvent } from "../train/Event.ts"
import * as AdviceText from "./AdviceText.ts"
import * as AttemptText from "./AttemptText.ts"
import * as Courses from "./Courses.ts"
import * as CourseText from "./CourseText.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as MonitorText from "./MonitorText.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Place from "./Place.ts"
import * as RecipeText from "./RecipeText.ts"
import * as ResultText from "./ResultText.ts"
import * as RunName from "./RunName.ts"
import * as ShadowText from "./ShadowText.ts"
import * as Status from "./Status.ts"
import * as Table from "./Table.ts"

/** A run as a list shows it. What is not known, or not yet, is null. */
export interface RunRow {
  readonly id: string
  readonly experiment: string
  readonly arm: string
  readonly seed: number
  readonly status: Status.RunState
  readonly steps: number | null
  readonly loss: number | null
  readonly map50: number | null
  readonly accuracy: number | null
  /** Milliseconds since 1970. */
  readonly started: number | null
  readonly seconds: number | null
}

/** All that is known of a run. */
export interface RunDetail extends Omit<RunResult, "status"> {
  readonly status: Status.RunState
  /** Why it was cancelled or waits again; null elsewhere. */
  readonly reason: string | null
  readonly experiment: string
  readonly launch: string
  /** Milliseconds since 1970. */
  readonly started: number | null
  readonly recipe: Recipe.Recipe | null
  readonly identity: Identity | null
  /** The commit that it ran at, and whether files differed from it. */
  readonly revision: { readonly commit: string; readonly dirty: boolean } | null
  /** Every attempt's steps. */
  readonly courses: ReadonlyArray<Courses.Course>
  readonly evaluations: ReadonlyArray<Pick<EvalEvent, "step" | "map" | "map50" | "accuracy" | "seconds">>
  readonly monitors: ReadonlyArray<MonitorText.Measurement>
  /** The last attempt's; folders absolute. */
  readonly checkpoints: ReadonlyArray<{ readonly step: number; readonly directory: string }>
}

interface Options {
  readonly columns: number
  /** The time zone that moments are written in; the host's where it is not named. */
  readonly timeZone?: string
}

const mostName = 24
const shortIdentity = 12

const cell = (value: number | null, write: (value: number) => string = String): Line.Span =>
  value === null ? Line.span("-", "quiet") : Line.span(write(value), Number.isFinite(value) ? "plain" : "bad")

interface Cell<A> {
  readonly column: Table.Column
  readonly of: (row: A) => Line.Span
}

const right = <A>(heading: string, of: Cell<A>["of"]): Cell<A> => ({ column: { heading, align: "right" }, of })

const left = <A>(heading: string, of: Cell<A>["of"], whole = false): Cell<A> => ({
  column: { heading, align: "left", whole },
  of
})

const tableOf = <A>(
  cells: ReadonlyArray<Cell<A>>,
  rows: ReadonlyArray<A>,
  columns: number
): ReadonlyArray<Line.Line> =>
  Table.of(cells.map(({ column }) => column), rows.map((row) => cells.map((cell) => cell.of(row))), columns)

interface Figures {
  readonly map50: number | null
  readonly accuracy: number | null
}

/** Some are columns of detectors and some of classifiers; where there is no figure at all yet, they are a detector's. */
const has = (rows: ReadonlyArray<Figures>): { readonly precision: boolean; readonly accuracy: boolean } => {
  const accuracy = rows.some(({ accuracy }) => accuracy !== null)
  return { accuracy, precision: !accuracy || rows.some(({ map50 }) => map50 !== null) }
}

/** Lists runs as they are given. */
export const list = (rows: ReadonlyArray<RunRow>, options: Options): ReadonlyArray<Line.Line> => {
  if (rows.length === 0) return Paragraph.of("no runs are kept here", options.columns)
  const { accuracy, precision } = has(rows)
  return tableOf<RunRow>(
    [
      left("run", ({ id }) => Line.span(id), true),
      left("experiment", ({ experiment }) => Line.span(Line.shorten(Line.clean(experiment), mostName))),
      left("arm", ({ arm }) => Line.span(Line.shorten(Line.clean(arm), mostName))),
      right("seed", ({ seed }) => Line.span(String(seed))),
      left("status", ({ status }) => Status.of(status)),
      right("steps", ({ steps }) => cell(steps)),
      right("loss", ({ loss }) => cell(loss, Figure.measured)),
      ...(precision ? [right<RunRow>("mAP50", ({ map50 }) => cell(map50, Figure.precision))] : []),
      ...(accuracy ? [right<RunRow>("accuracy", ({ accuracy }) => cell(accuracy, Figure.precision))] : []),
      left("started", ({ started }) => cell(started, (at) => Figure.moment(at, options.timeZone))),
      right("time", ({ seconds }) => cell(seconds, Figure.duration))
    ],
    rows,
    options.columns
  )
}

const heading = (text: string): ReadonlyArray<Line.Line> => [Line.empty, Line.of(Line.span(text, "strong"))]

const recipeOf = (recipe: Recipe.Recipe, columns: number): ReadonlyArray<Line.Line> => {
  const data = recipe.data._tag === "Shapes" ? RecipeText.data(recipe, null) : `"${recipe.data.name}"`
  return [
    ...Paragraph.labelled("data", [`${data}, ${Figure.plural(recipe.batch * recipe.accumulate.batches, "image")} a step`], columns),
    ...Paragraph.labelled("model", [RecipeText.model(recipe)], columns),
    ...Paragraph.labelled("optimizer", [RecipeText.stage("optimizer", recipe) ?? ""], columns),
    ...Paragraph.labelled("clip", [RecipeText.stage("clip", recipe) ?? "off"], columns),
    ...Paragraph.labelled("schedule", [
      `${RecipeText.length(recipe.length)}, ${RecipeText.schedule(recipe)}, ${RecipeText.warmup(recipe)}`
    ], columns)
  ]
}

const identityOf = ({ identity, revision }: RunDetail, columns: number): ReadonlyArray<Line.Line> => {
  const short = (name: string, hash: string | null): string => `${name} ${hash?.slice(0, shortIdentity) ?? "not known"}`
  return [
    ...(identity === null ? [] : Paragraph.labelled("identity", [
      [
        short("recipe", identity.recipe),
        short("graph", identity.graph),
        short("training", identity.training),
        short("data", identity.data)
      ].join(", ")
    ], columns)),
    ...(revision === null ? [] : Paragraph.labelled("revision", [
      `${revision.commit.slice(0, shortIdentity)}${revision.dirty ? ", with changes that were not committed" : ""}`
    ], columns))
  ]
}

const measuredAt = (name: string, value: number | null): string =>
  value === null ? "" : `, ${name} ${Figure.precision(value)}`

const figuresOf = (run: RunDetail, columns: number): ReadonlyArray<Line.Line> => {
  const { best, clipRate, gradNorm, metrics, partial, steps, stopped } = run
  if (run.attempts.length === 0 || Number.isNaN(metrics.seconds)) {
    // Its figures are computed when it ends: NaN before that would look like a loss that is NaN.
    const last = run.courses.at(-1)?.losses.at(-1)
    return Paragraph.labelled("so far", [
      Figure.plural(steps, "step") + (last === undefined ? "" : `, last loss ${Figure.measured(last)}`)
    ], columns)
  }
  const measured = measuredAt("mAP50", metrics.map50) + measuredAt("mAP50-95", metrics.map)
    + measuredAt("accuracy", metrics.accuracy) + (best === null ? "" : `, the best, after step ${best}`)
  return [
    ...Paragraph.labelled("result", [
      `${Figure.plural(steps, "step")}${partial ? ", cut short by --steps" : ""}`,
      ...(stopped === null ? [] : [stopped]),
      `loss ${steps === 0 ? "not known" : Figure.measured(metrics.loss)}${measured}`,
      `${Figure.rate(metrics.imagesPerSecond)} images a second`
    ], columns),
    ...Paragraph.labelled("gradients", [
      `norm before clipping: median ${Figure.measured(gradNorm.median)}, 99 of 100 up to ${
        Figure.measured(gradNorm.p99)
      }, highest ${Figure.measured(gradNorm.max)}`,
      `${Figure.percent(clipRate)} of the steps clipped`
    ], columns),
    ...Paragraph.labelled("besides", AttemptText.remarks(run), columns)
  ]
}

const attemptsOf = (run: RunDetail, options: { readonly columns: number; readonly cwd: string }): ReadonlyArray<Line.Line> =>
  run.attempts.length === 0 ? [] : [
    ...heading(run.remedied ? "attempts, the last on a changed recipe" : "attempts"),
    ...run.attempts.flatMap((attempt) => AttemptText.of(run, attempt, options))
  ]

const under = (text: string, lines: ReadonlyArray<Line.Line>): ReadonlyArray<Line.Line> =>
  lines.length === 0 ? [] : [...heading(text), ...lines]

const indented = (lines: ReadonlyArray<Line.Line>): ReadonlyArray<Line.Line> =>
  lines.map((line) => line.length === 0 ? line : [Line.span("  "), ...line])

const evaluationsOf = ({ evaluations }: RunDetail, columns: number): ReadonlyArray<Line.Line> => {
  if (evaluations.length === 0) return []
  type Evaluation = typeof evaluations[number]
  const { accuracy, precision } = has(evaluations)
  return [
    ...heading("evaluations"),
    ...indented(tableOf<Evaluation>(
      [
        right("after step", ({ step }) => Line.span(String(step))),
        ...(precision
          ? [
            right<Evaluation>("mAP50", ({ map50 }) => cell(map50, Figure.precision)),
            right<Evaluation>("mAP50-95", ({ map }) => cell(map, Figure.precision))
          ]
          : []),
        ...(accuracy ? [right<Evaluation>("accuracy", ({ accuracy }) => cell(accuracy, Figure.precision))] : []),
        right("time", ({ seconds }) => cell(seconds, Figure.duration))
      ],
      evaluations,
      columns - 2
    ))
  ]
}

const monitorsOf = ({ monitors, recipe }: RunDetail, columns: number): ReadonlyArray<Line.Line> =>
  monitors.length === 0 ? [] : [
    ...heading("gradients of the loss's parts"),
    ...MonitorText.of(monitors, recipe?.loss ?? null, columns)
  ]

/** Writes everything about a run; at most `columns` wide, but for paths, which are never cut. */
export const show = (run: RunDetail, options: Options & { readonly cwd: string }): ReadonlyArray<Line.Line> => {
  const { columns, cwd, timeZone } = options
  const took = run.metrics.seconds > 0 ? `, took ${Figure.duration(run.metrics.seconds)}` : ""
  const engine = ResultText.engine(run)
  return [
    Line.truncate(
      Line.of(
        Line.span(Line.shorten(Line.clean(run.experiment), mostName), "strong"),
        Line.span(`: ${RunName.of(run, Math.floor(columns / 2))}`, "strong"),
        "  ",
        Status.of(run.status)
      ),
      columns
    ),
    ...Paragraph.labelled("run", [`${run.id}, of launch ${run.launch}`], columns),
    ...(run.reason === null ? [] : Paragraph.labelled("because", [run.reason], columns)),
    ...(run.started === null
      ? []
      : Paragraph.labelled("started", [`${Figure.moment(run.started, timeZone)}${took}`], columns)),
    ...(engine === null ? [] : Paragraph.labelled("engine", [engine], columns)),
    ...(run.recipe === null ? [] : recipeOf(run.recipe, columns)),
    ...identityOf(run, columns),
    ...figuresOf(run, columns),
    ...attemptsOf(run, { columns, cwd }),
    ...under("loss", CourseText.of(run.courses, columns)),
    ...evaluationsOf(run, columns),
    ...monitorsOf(run, columns),
    ...under("what other clip policies would have done", ShadowText.of(Courses.joined(run.courses).norms, columns)),
    ...under("advice", AdviceText.of(run.advice, columns)),
    ...heading("files"),
    ...Place.list([
      { name: "run", file: run.directory },
      ...run.checkpoints.map(({ directory, step }) => ({ name: `checkpoint after step ${step}`, file: directory }))
    ], { columns, cwd })
  ]
}
