/**
 * The losses of a launch's runs, drawn below each other.
 */
import type { RunResult } from "../run/Result.ts"
import * as Courses from "./Courses.ts"
import * as CourseText from "./CourseText.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as RunName from "./RunName.ts"
import * as Sparkline from "./Sparkline.ts"

const mostName = 28
const mostCurve = 60
const leastCurve = 10

/** What each run's steps came to. */
export interface Told {
  readonly of: (run: string) => ReadonlyArray<Courses.Course>
}

interface Drawn {
  readonly run: RunResult
  readonly courses: ReadonlyArray<Courses.Course>
  /** What counts in the end. */
  readonly losses: ReadonlyArray<number>
}

/**
 * Lays curves on one scale. Where some runs succeeded it is theirs, because one that explodes would flatten all others;
 * what is above it stands at the top.
 */
const scaleOf = (drawn: ReadonlyArray<Drawn>) => {
  const succeeded = drawn.filter(({ run }) => run.status === "succeeded")
  const every = drawn.flatMap(({ courses }) => courses.flatMap(({ losses }) => losses))
  const all = Sparkline.scaleOf(every)
  const scale = succeeded.length === 0 ? all : Sparkline.scaleOf(succeeded.flatMap(({ losses }) => losses))
  const range = `from ${Figure.measured(scale.low)} to ${Figure.measured(scale.high)}`
  const said = [
    ...(Number.isFinite(scale.low) ? [`${range}${scale.logarithmic ? ", logarithmic" : ""}`] : []),
    ...(all.high > scale.high ? ["what is higher stands at the top"] : []),
    ...(every.some((loss) => !Number.isFinite(loss)) ? ["× is NaN or infinite"] : [])
  ]
  return { scale, said }
}

/**
 * Draws the losses of a launch's runs below each other on one scale and over the same steps, each attempt on a line of its
 * own. Nothing where no step was told.
 */
export const of = (runs: ReadonlyArray<RunResult>, told: Told, columns: number): ReadonlyArray<Line.Line> => {
  const drawn = runs.flatMap((run): ReadonlyArray<Drawn> => {
    const courses = told.of(run.id)
    return courses.length === 0 ? [] : [{ run, courses, losses: Courses.joined(courses).losses }]
  })
  if (drawn.length === 0) return []
  // Every attempt has a line, the later ones begun where they go on.
  const lines = drawn.flatMap(({ courses, run }) =>
    courses.map(({ attempt, from, losses }, index) => ({
      name: index === 0 ? RunName.of(run, Math.min(mostName, Math.floor(columns / 2))) : `  attempt ${attempt}, from ${from}`,
      from,
      losses,
      ends: `${Figure.measured(losses[0] ?? NaN)} to ${Figure.measured(losses.at(-1) ?? NaN)}`
    }))
  )
  const widest = (texts: ReadonlyArray<string>): number => Math.max(...texts.map(Line.widthOf))
  const names = widest(lines.map(({ name }) => name))
  const ends = widest(lines.map(({ ends }) => ends))
  const free = columns - 2 - names - 2
  const withEnds = free - ends - 2 >= leastCurve
  const room = Math.max(1, Math.min(mostCurve, withEnds ? free - ends - 2 : free))
  const totalSteps = Math.max(...drawn.map(({ courses }) => CourseText.end(courses)))
  const wide = Math.min(room, totalSteps)
  const { said, scale } = scaleOf(drawn)
  return [
    Line.empty,
    Line.of(Line.span("loss", "strong")),
    ...Paragraph.of([Figure.plural(totalSteps, "step"), ...said].join("; "), columns, { indent: 2, tone: "quiet" }),
    ...lines.map(({ ends, from, losses, name }) => {
      const curve = CourseText.line(losses, from, { scale, totalSteps, wide })
      return Line.of(
        "  ",
        Line.pad(name, names),
        "  ",
        withEnds ? Line.pad(curve, wide) : curve,
        ...(withEnds ? ["  ", Line.span(ends, "quiet")] : [])
      )
    })
  ]
}
