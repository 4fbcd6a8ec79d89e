/**
 * What one run is doing, in one line or a few.
 */
import type { EvalEvent, MonitorEvent, StatusEvent, StepEvent } from "../train/Event.ts"
import * as Balance from "./Balance.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as RunName from "./RunName.ts"
import type { Phase, RunProgress } from "./RunProgress.ts"
import * as Sparkline from "./Sparkline.ts"

const gap = "  "
const mostName = 28
const leastBar = 8
const mostBar = 30
const leastCurve = 12
const mostCurve = 30
/** Beside a name sentences have at least this much room, or stand below it. */
const leastBeside = 30

const tones: Readonly<Record<Phase, Line.Tone>> = {
  starting: "quiet",
  compiling: "quiet",
  training: "quiet",
  evaluating: "quiet",
  succeeded: "good",
  failed: "bad",
  interrupted: "doubtful",
  diagnosing: "doubtful",
  waiting: "doubtful"
}

/** Part of a line. Where a line is too narrow for all of its fields, those of the highest rank are left out. */
interface Field {
  readonly line: Line.Line
  readonly rank: number
}

const joined = (lines: ReadonlyArray<Line.Line>): Line.Line =>
  lines.flatMap((line, index) => index === 0 ? line : [Line.span(gap), ...line])

const fitted = (fields: ReadonlyArray<Field>, columns: number): Line.Line => {
  const kept = new Set<Field>()
  let used = 0
  for (const field of fields.toSorted((left, right) => left.rank - right.rank)) {
    const width = Line.width(field.line) + (kept.size === 0 ? 0 : gap.length)
    if (used + width > columns) continue
    kept.add(field)
    used += width
  }
  return joined(fields.filter((field) => kept.has(field)).map(({ line }) => line))
}

/** A number that is not finite is what somebody who watches must see first. */
const figure = (value: number): Line.Span => Line.span(Figure.measured(value), Number.isFinite(value) ? "plain" : "bad")

const labelled = (label: string, value: string | Line.Span): Line.Line =>
  Line.of(Line.span(`${label} `, "quiet"), value)

/** What a loss is summed of; nothing where it is one part alone. */
const parts = ({ parts }: StepEvent): Line.Line => {
  const all = Object.entries(parts)
  return all.length < 2 ? Line.empty : all.flatMap(([part, value], index) => [
    Line.span(`${index === 0 ? " =" : " +"} ${part} `, "quiet"),
    figure(value)
  ])
}

const counted = (run: RunProgress): Line.Line => {
  const total = String(run.step?.totalSteps ?? "?")
  return Line.of(`${String(run.steps).padStart(total.length)}/${total}`)
}

const clipped = ({ clipRate, step }: RunProgress): Line.Line =>
  clipRate === null
    ? Line.of(Line.span(step === null ? "" : "not clipped", "quiet"))
    : labelled("clipped", Figure.percent(clipRate))

/** The bound on the norm, where a policy moves it from step to step. */
const bound = ({ boundMoves, step }: RunProgress): Line.Line =>
  step !== null && boundMoves && Number.isFinite(step.clipBound)
    ? labelled("bound", Figure.measured(step.clipBound))
    : Line.empty

const spikes = ({ spikes }: RunProgress): Line.Line =>
  spikes === 0 ? Line.empty : Line.of(Line.span(Figure.plural(spikes, "spike"), "doubtful"))

const left = ({ secondsLeft }: RunProgress): Line.Line =>
  secondsLeft === null || secondsLeft === 0
    ? Line.empty
    : Line.of(Figure.duration(secondsLeft), Line.span(" left", "quiet"))

const field = (rank: number, line: Line.Line): ReadonlyArray<Field> => Line.width(line) === 0 ? [] : [{ rank, line }]

/** What an evaluation says, the first figure the one that comes first for people. */
const measured = ({ accuracy, map, map50 }: EvalEvent): ReadonlyArray<Line.Line> => {
  const told = (label: string, value: number | null): ReadonlyArray<Line.Line> =>
    value === null ? [] : [labelled(label, Figure.precision(value))]
  return [...told("mAP50", map50), ...told("mAP50-95", map), ...told("accuracy", accuracy)]
}

/** The norm of each part's gradient, and the box loss's against the class loss's. */
const pulls = (event: MonitorEvent): ReadonlyArray<Field> => {
  const balance = Balance.of(event)
  return [
    ...Object.entries(event.parts).flatMap(([part, { total }], index) =>
      field(3 + index, labelled(index === 0 ? `gradient of ${part}` : `of ${part}`, figure(total)))
    ),
    ...(balance === null ? [] : field(2, labelled("box : class", Balance.span(balance))))
  ]
}

const nameOf = (run: RunProgress, columns: number): string =>
  RunName.of(run.name, columns) + (run.attempt > 1 ? `, attempt ${run.attempt}` : "")

const bar = (share: number, columns: number): Line.Line => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns)
  return Line.of(Line.span("━".repeat(full), "good"), Line.span("─".repeat(columns - full), "quiet"))
}

/** The most columns that a run's name takes of a line. */
export const nameRoom = (columns: number): number => Math.min(mostName, Math.floor(columns * 0.4))

const standing = (run: RunProgress, columns: number, place: string | null): Line.Line => {
  const name = Line.truncate(Line.of(Line.span(nameOf(run, nameRoom(columns)), "strong")), columns)
  const which = place === null ? [] : [Line.of(Line.span(place, "quiet"))]
  const phase = run.phase === "training" ? [] : [Line.of(Line.span(run.phase, tones[run.phase]))]
  const { step } = run
  if (step === null) return Line.truncate(joined([name, ...phase, ...which]), columns)
  const room = columns - Line.width(name) - gap.length
  const rest = fitted([
    ...field(1, counted(run)),
    ...phase.map((line) => ({ line, rank: 2 })),
    ...field(4, Line.of(`${Figure.rate(step.imagesPerSecond)} images/s`)),
    ...field(3, left(run))
  ], room)
  const forBar = (line: Line.Line): number => room - Line.width(line) - gap.length
  if (forBar(rest) < leastBar) return joined([name, rest])
  const placed = joined([rest, ...which])
  const figures = forBar(placed) < leastBar ? rest : placed
  return joined([name, bar(run.steps / step.totalSteps, Math.min(mostBar, forBar(figures))), figures])
}

/** Writes where a run stands in at most `columns`: how far it is, and once it trains lines with its figures. */
export const block = (run: RunProgress, columns: number, place: string | null): ReadonlyArray<Line.Line> => {
  const { checkpoint, evaluation, monitor, step } = run
  const first = standing(run, columns, place)
  if (step === null) return [first]
  const inner = columns - gap.length
  const loss = labelled("loss", figure(step.loss))
  const whole = [...loss, ...parts(step)]
  const losses = Line.width(whole) <= inner ? whole : loss
  const forCurve = Math.min(mostCurve, inner - Line.width(losses) - gap.length)
  const values = run.losses.values
  const curve = forCurve < leastCurve || values.length < 2 ? [] : [Line.of(Sparkline.line(values, forCurve))]
  return [
    first,
    [Line.span(gap), ...joined([losses, ...curve])],
    [
      Line.span(gap),
      ...fitted([
        ...field(1, labelled("gradient norm", figure(step.gradNorm))),
        ...field(2, clipped(run)),
        ...field(6, bound(run)),
        ...field(3, labelled("learning rate", Line.span(Figure.measured(step.learningRate)))),
        ...field(4, evaluation === null ? Line.empty : [
          ...measured(evaluation)[0] ?? [],
          Line.span(` at ${evaluation.step}`, "quiet")
        ]),
        ...field(7, checkpoint === null ? Line.empty : labelled("saved at", String(checkpoint.step))),
        ...field(5, spikes(run))
      ], inner)
    ],
    ...(monitor === null ? [] : [[
      Line.span(gap),
      ...fitted([...pulls(monitor), ...field(9, Line.of(Line.span(`at ${monitor.step}`, "quiet")))], inner)
    ]])
  ]
}

/** Begins a line that stays: the run's name, as wide as the widest of its launch so that what follows is aligned. */
const named = (run: RunProgress, nameColumns: number): Line.Line =>
  Line.of(Line.span(Line.pad(nameOf(run, nameColumns), nameColumns), "strong"))

/** Writes a step as one line of at most `columns`. */
export const step = (run: RunProgress, nameColumns: number, columns: number): Line.Line => {
  const { step } = run
  const name = named(run, nameColumns)
  if (step === null) return name
  const loss = labelled("loss", figure(step.loss))
  const fields = (loss: Line.Line): Line.Line =>
    fitted([
      ...field(1, counted(run)),
      ...field(2, loss),
      ...field(3, labelled("norm", figure(step.gradNorm))),
      ...field(4, clipped(run)),
      ...field(9, bound(run)),
      ...field(8, spikes(run)),
      ...field(6, labelled("lr", Line.span(Figure.measured(step.learningRate)))),
      ...field(7, Line.of(`${Figure.rate(step.imagesPerSecond)} images/s`)),
      ...field(5, left(run))
    ], columns - Line.width(name) - gap.length)
  const whole = fields([...loss, ...parts(step)])
  const short = fields(loss)
  // The loss's parts are told where nothing has to give way to them.
  return joined([name, Line.width(whole) - Line.width(parts(step)) >= Line.width(short) ? whole : short])
}

/** Says something of a run in as many lines as it takes. */
export const note = (
  run: RunProgress,
  nameColumns: number,
  tone: Line.Tone,
  text: string,
  columns: number
): ReadonlyArray<Line.Line> => {
  const name = Line.truncate(named(run, nameColumns), columns)
  const indent = Line.width(name) + gap.length
  if (columns - indent < leastBeside) return [name, ...Paragraph.of(text, columns, { indent: 4, tone })]
  const [first = [], ...rest] = Paragraph.of(text, columns, { indent, tone })
  return [joined([name, first.slice(1)]), ...rest]
}

/** Says that a step was not finite, with everything that it told. */
export const notFinite = (
  run: RunProgress,
  event: StepEvent,
  nameColumns: number,
  columns: number
): ReadonlyArray<Line.Line> => {
  const { gradNorm, learningRate, loss, step } = event
  const sum = parts(event).map(({ text }) => text).join("")
  const told = [
    `step ${step} is not finite: loss ${Figure.measured(loss)}${sum}`,
    `gradient norm ${Figure.measured(gradNorm)}`,
    `learning rate ${Figure.measured(learningRate)}`
  ]
  return note(run, nameColumns, "bad", told.join(", "), columns)
}

/** Writes what was found after `step` steps: how far the run was, then the fields. */
const found = (
  run: RunProgress,
  step: number,
  fields: ReadonlyArray<Field>,
  nameColumns: number,
  columns: number
): Line.Line => {
  const name = named(run, nameColumns)
  const total = run.step === null ? null : String(run.step.totalSteps)
  const place = total === null ? `step ${step}` : `${String(step).padStart(total.length)}/${total}`
  return joined([name, fitted([...field(1, Line.of(place)), ...fields], columns - Line.width(name) - gap.length)])
}

/** Writes what came of an evaluation. */
export const evaluation = (run: RunProgress, event: EvalEvent, nameColumns: number, columns: number): Line.Line => {
  const figures = measured(event).flatMap((line, index) => field(2 + index, line))
  const took = field(9, Line.of(Line.span(`in ${Figure.duration(event.seconds)}`, "quiet")))
  return found(run, event.step, [...figures, ...took], nameColumns, columns)
}

/** Writes how hard each part of the loss pulls. */
export const monitor = (run: RunProgress, event: MonitorEvent, nameColumns: number, columns: number): Line.Line =>
  found(run, event.step, pulls(event), nameColumns, columns)

/** Says that a checkpoint was written. */
export const checkpoint = (run: RunProgress, directory: string, nameColumns: number, columns: number): ReadonlyArray<Line.Line> =>
  note(run, nameColumns, "quiet", `saved ${directory}`, columns)

/** Says which phase a run has come to, and for one that ended how far it came. */
export const status = (
  run: RunProgress,
  event: StatusEvent,
  options: { readonly nameColumns: number; readonly columns: number; readonly now: number }
): ReadonlyArray<Line.Line> => {
  const { columns, nameColumns, now } = options
  // One that went on from a checkpoint may end before its first step.
  const steps = Figure.plural(Math.max(run.steps, event.step), "step")
  const said = ((): string => {
    switch (event.status) {
      case "succeeded":
        return `succeeded: ${steps} in ${Figure.duration(run.seconds(now))}`
          + (run.step === null ? "" : `, last loss ${Figure.measured(run.step.loss)}`)
      case "failed":
      case "interrupted":
        return `${event.status} after ${steps}`
      case "training":
        return run.step === null ? "training" : `training, ${run.steps} of ${run.step.totalSteps} steps are done`
      case "starting":
      case "compiling":
      case "evaluating":
        return event.status
    }
  })()
  const text = event.detail === null || event.detail === ""
    ? said
    : `${said}${event.status === "succeeded" ? "; " : ": "}${event.detail}`
  return note(run, nameColumns, tones[event.status], text, columns)
}
