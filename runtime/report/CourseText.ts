/**
 * The losses and norms of a run's attempts, drawn.
 */
import * as Axis from "./Axis.ts"
import * as Courses from "./Courses.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Sparkline from "./Sparkline.ts"

const curveRows = 6
const mostCurve = 72

/** How many steps the courses come to, those included that a later attempt has taken again. */
export const end = (courses: ReadonlyArray<Courses.Course>): number =>
  Math.max(0, ...courses.map(({ from, losses }) => from + losses.length))

/** Draws values that were taken from step `from` on, so that steps of all that is drawn so stand below each other. */
export const line = (
  values: ReadonlyArray<number>,
  from: number,
  { scale, totalSteps, wide }: { readonly scale: Sparkline.Scale; readonly totalSteps: number; readonly wide: number }
): string => {
  const first = Math.min(wide - 1, Math.floor((from * wide) / totalSteps))
  const columns = Math.max(1, Math.min(wide - first, Math.round((values.length * wide) / totalSteps)))
  return " ".repeat(first) + Sparkline.line(values, columns, scale)
}

const ticksOf = (courses: ReadonlyArray<Courses.Course>, totalSteps: number): ReadonlyArray<Axis.Tick> => [
  { step: 0, texts: ["0"], marked: false },
  { step: totalSteps, texts: [Figure.plural(totalSteps, "step"), `${totalSteps}`], marked: false },
  ...courses.slice(1).map(({ attempt, from }) => ({
    step: from,
    texts: [`${from}, attempt ${attempt}`, `attempt ${attempt}`, `${attempt}`],
    marked: true
  }))
]

/** How all that is drawn of a run stands: behind labels of one width, over the same steps. */
interface Frame {
  readonly label: number
  readonly wide: number
  readonly totalSteps: number
}

const startOf = ({ label }: Frame, text: string, edge: string): Line.Span =>
  Line.span(`  ${Line.pad(text, label, "right")} ${edge}`, "quiet")

/** Draws what counts in the end over the steps, and marks where a later attempt went on. */
const whole = (
  courses: ReadonlyArray<Courses.Course>,
  scale: Sparkline.Scale,
  frame: Frame
): ReadonlyArray<Line.Line> => {
  const { from, losses } = Courses.joined(courses)
  const { totalSteps, wide } = frame
  const first = Axis.columnOf(from, totalSteps, wide)
  const rows = Sparkline.curve(losses, Math.min(wide - first, Math.ceil((losses.length * wide) / totalSteps)), curveRows, scale)
  const [axis, labels] = Axis.of(ticksOf(courses, totalSteps), totalSteps, wide)
  const [top, bottom] = scaleTexts(scale)
  return [
    ...rows.map((row, index) => {
      const text = index === 0 ? top : index === rows.length - 1 ? bottom : ""
      return [startOf(frame, text, text === "" ? "│" : "┤"), Line.span(" ".repeat(first) + row)]
    }),
    [startOf(frame, "", "└"), Line.span(axis, "quiet")],
    [startOf(frame, "", " "), Line.span(labels, "quiet")]
  ]
}

const scaleTexts = (scale: Sparkline.Scale): readonly [top: string, bottom: string] =>
  Number.isFinite(scale.high) ? [Figure.measured(scale.high), Figure.measured(scale.low)] : ["", ""]

const nameOf = (what: string, { attempt }: Courses.Course): string => `${what} ${attempt}`

/** Draws every attempt's values on a line of its own, on the scale of what counts in the end. */
const byAttempt = (
  what: string,
  courses: ReadonlyArray<Courses.Course>,
  of: (course: Pick<Courses.Course, "losses" | "norms">) => ReadonlyArray<number>,
  frame: Frame
): ReadonlyArray<Line.Line> => {
  const scale = Sparkline.scaleOf(of(Courses.joined(courses)))
  return courses.map((course) => [
    startOf(frame, nameOf(what, course), " "),
    Line.span(line(of(course), course.from, { scale, ...frame }))
  ])
}

/**
 * Draws the loss over the steps, and where there were several attempts each one's loss and norm below. Nothing where no
 * step was taken.
 */
export const of = (courses: ReadonlyArray<Courses.Course>, columns: number): ReadonlyArray<Line.Line> => {
  const totalSteps = end(courses)
  if (totalSteps === 0) return []
  const { from, losses } = Courses.joined(courses)
  const finite = Sparkline.scaleOf(losses)
  const scale = finite.logarithmic ? finite : { ...finite, low: Math.min(0, finite.low) }
  const several = courses.length > 1
  const label = Math.max(
    ...scaleTexts(scale).map(Line.widthOf),
    ...(several ? courses.map((course) => nameOf("loss", course).length) : [])
  )
  const wide = Math.max(1, Math.min(mostCurve, columns - 2 - label - 2, totalSteps))
  const frame = { label, wide, totalSteps }
  const broken = losses.findIndex((loss) => !Number.isFinite(loss))
  const said = [
    ...(scale.logarithmic ? ["logarithmic scale"] : []),
    ...(broken === -1 ? [] : [`× from step ${from + broken} on is NaN or infinite`])
  ].join("; ")
  const drawn = [
    ...whole(courses, scale, frame),
    ...Paragraph.of(said, columns, { indent: 2, tone: "quiet" }),
    ...(several
      ? [
        Line.empty,
        ...byAttempt("loss", courses, ({ losses }) => losses, frame),
        ...byAttempt("norm", courses, ({ norms }) => norms, frame),
        ...Paragraph.of("attempt by attempt; what is above all that counts in the end stands at the top", columns, {
          indent: 2,
          tone: "quiet"
        })
      ]
      : [])
  ]
  return drawn.map((line) => Line.truncate(line, columns))
}
