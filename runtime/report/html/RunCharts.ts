/**
 * What is drawn of runs: one by itself, or several of one launch in the same charts.
 */
import * as Figure from "../Figure.ts"
import * as Chart from "./Chart.ts"
import type * as Downsample from "./Downsample.ts"
import type { AttemptRecording, Name, Recording } from "./Recording.ts"

/** The steps that are looked at: the first, and the last. */
export interface Steps {
  readonly from: number
  readonly to: number
}

/** All that there are. */
export const allSteps: Steps = { from: 0, to: Infinity }

/** Tells whether steps are but some of all. */
export const isPart = ({ from, to }: Steps): boolean => from > allSteps.from || to < allSteps.to

/** Values by step, some of which count and some of which a later attempt has taken again. */
interface Course {
  readonly counts: Points
  readonly abandoned: ReadonlyArray<Points>
}

interface Points {
  readonly x: Array<number>
  readonly y: Array<number>
}

/** Lays a figure of a run's attempts out: from where an attempt goes on, what the one before it did does not count. */
const courseOf = (
  recording: Recording,
  valuesOf: (attempt: AttemptRecording) => ArrayLike<number>,
  stepsOf: (attempt: AttemptRecording) => ArrayLike<number> = ({ steps }) => steps
): Course => {
  const counts: Points = { x: [], y: [] }
  const abandoned: Array<Points> = []
  for (const attempt of recording.attempts) {
    const until = recording.until(attempt)
    const [steps, values] = [stepsOf(attempt), valuesOf(attempt)]
    const lost: Points = { x: [], y: [] }
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index] ?? NaN
      const to = step < until ? counts : lost
      to.x.push(step)
      to.y.push(values[index] ?? NaN)
    }
    if (lost.x.length > 0) abandoned.push(lost)
  }
  return { counts, abandoned }
}

const column = (name: Name) => ({ columns }: AttemptRecording): ArrayLike<number> => columns[name]

const taken = "taken again"

const abandonedOf = (course: Course): ReadonlyArray<Chart.Curve> =>
  course.abandoned.map((points) => ({ ...points, name: taken, colour: "quiet" }))

/** A figure's curve of one run, and what of it does not count. */
const whole = (course: Course, name: string | null, colour: number): ReadonlyArray<Chart.Curve> => [
  ...abandonedOf(course),
  { ...course.counts, name, colour }
]

/** A fault lies over the attempt that begins where it was. */
const marksOf = ({ attempts }: Recording): ReadonlyArray<Chart.Mark> => [
  ...attempts.slice(1).flatMap(({ from }): ReadonlyArray<Chart.Mark> =>
    from === null ? [] : [{ x: from, name: "an attempt begins", colour: "doubtful" }]
  ),
  ...attempts.flatMap(({ incidents }) => incidents.map(({ step }): Chart.Mark => ({ x: step, name: "fault", colour: "bad" })))
]

const spikesOf = (recording: Recording, of: "loss" | "gradNorm"): Chart.Dots => {
  const spikes = recording.attempts.flatMap((attempt) =>
    attempt.spikes.flatMap((spike) => {
      const found = spike[of]
      return found === null || spike.step >= recording.until(attempt) ? [] : [{ x: spike.step, y: found.value }]
    })
  )
  return { name: "spike", colour: "doubtful", x: spikes.map(({ x }) => x), y: spikes.map(({ y }) => y) }
}

const lastStep = (recordings: ReadonlyArray<Recording>): number =>
  recordings.flatMap(({ attempts }) => attempts).reduce(
    (last, { incidents, steps }) => Math.max(last, 1 + (steps.at(-1) ?? 0), ...incidents.map(({ step }) => step)),
    1
  )

/** How many shares are drawn at most. */
const mostShares = 60
/** A share of fewer steps would jump. */
const leastSteps = 10

/** Averages flags over about so many steps each that a curve of shares can be read. */
const shareOf = ({ x, y }: Points): Points => {
  const shares = Math.min(mostShares, Math.max(1, Math.floor(x.length / leastSteps)))
  const share: Points = { x: [], y: [] }
  for (let part = 0; part < shares && x.length > 0; part++) {
    const from = Math.floor(x.length * part / shares)
    const values = y.slice(from, Math.floor(x.length * (part + 1) / shares))
    share.x.push(x[from + (values.length >> 1)] ?? NaN)
    share.y.push(100 * values.reduce((sum, value) => sum + value, 0) / values.length)
  }
  return share
}

const varies = ({ y }: Points): boolean => y.some((value) => value !== y[0])

const partsOf = (recording: Recording): ReadonlyArray<Chart.Curve> => {
  const names = [...new Set(recording.attempts.flatMap(({ parts }) => [...parts.keys()]))]
  // One part alone is the loss itself.
  return names.length < 2 ? [] : names.map((name, index) => ({
    ...courseOf(recording, ({ parts }) => parts.get(name) ?? []).counts,
    name,
    colour: 1 + index
  }))
}

const notFinite = ({ attempts }: Recording, steps: Steps): string | null => {
  const count = attempts.reduce((sum, attempt) => sum + attempt.notFinite, 0)
  return count === 0 ? null : `${Figure.plural(count, "step")} not finite${isPart(steps) ? " in all" : ""}`
}

const evaluated = ["map50", "map", "accuracy"] as const
const titles = { map50: "mAP50", map: "mAP50-95", accuracy: "accuracy" } as const

const evaluationOf = (recording: Recording, name: typeof evaluated[number]): Course =>
  courseOf(
    recording,
    ({ evaluations }) => evaluations.map((evaluation) => evaluation[name] ?? NaN),
    // After so many steps, which still count where the next attempt begins at them.
    ({ evaluations }) => evaluations.map(({ step }) => step - 1)
  )

const hasValues = ({ y }: Points): boolean => y.some((value) => !Number.isNaN(value))

const monitored = (recording: Recording): { readonly sections: ReadonlyArray<string>; readonly parts: ReadonlyArray<string> } => {
  const monitors = recording.attempts.flatMap(({ monitors }) => monitors)
  return {
    sections: [...new Set(monitors.flatMap(({ whole }) => Object.keys(whole.sections)))],
    parts: [...new Set(monitors.flatMap(({ parts }) => Object.keys(parts)))]
  }
}

const normsOf = (
  recording: Recording,
  names: ReadonlyArray<string>,
  of: (monitor: AttemptRecording["monitors"][number], name: string) => number | undefined
): ReadonlyArray<Chart.Curve> =>
  names.map((name, colour) => ({
    ...courseOf(
      recording,
      ({ monitors }) => monitors.map((monitor) => of(monitor, name) ?? NaN),
      ({ monitors }) => monitors.map(({ step }) => step)
    ).counts,
    name,
    colour
  }))

const within = ({ x, y }: Downsample.Points, { from, to }: Steps): Points => {
  const kept: Points = { x: [], y: [] }
  for (let index = 0; index < x.length; index++) {
    const step = x[index] ?? NaN
    if (step < from || step > to) continue
    kept.x.push(step)
    kept.y.push(y[index] ?? NaN)
  }
  return kept
}

/** Says what an axis shows: a few steps at least, so that there is something to see of one. */
const acrossOf = ({ from, to }: Steps, end: number): readonly [first: number, last: number] => {
  const last = Math.min(to, end)
  return last - from >= 2 ? [from, last] : [Math.max(0, from - 1), from + 2]
}

/** Takes some steps out of charts, from all that was measured: what is drawn of them is chosen afterwards. */
const looked = (charts: ReadonlyArray<Chart.Chart>, steps: Steps, end: number): ReadonlyArray<Chart.Chart> => {
  if (!isPart(steps)) return charts.map((chart) => ({ ...chart, across: [0, end], steps: true }))
  const across = acrossOf(steps, end)
  return charts.map((chart) => ({
    ...chart,
    curves: chart.curves.map((curve) => ({ ...curve, ...within(curve, steps) })),
    dots: (chart.dots ?? []).map((dots) => ({ ...dots, ...within(dots, steps) })),
    marks: (chart.marks ?? []).filter(({ x }) => x >= across[0] && x <= across[1]),
    across,
    steps: true
  }))
}

/** Lists the charts of one run, as far as these steps. */
export const ofRun = (recording: Recording, steps: Steps = allSteps): ReadonlyArray<Chart.Chart> => {
  const end = lastStep([recording])
  const marks = marksOf(recording)
  const course = (name: Name): Course => courseOf(recording, column(name))
  const bound = course("clipBound").counts
  const scale = course("lossScale").counts
  const clipped = courseOf(recording, ({ clipped }) => clipped).counts
  const { parts, sections } = monitored(recording)
  const charts: ReadonlyArray<Chart.Chart> = [
    { title: "Loss", note: notFinite(recording, steps), curves: whole(course("loss"), "loss", 0), dots: [spikesOf(recording, "loss")] },
    { title: "Parts of the loss, after their gains", curves: partsOf(recording) },
    {
      title: "Gradient norm before clipping",
      curves: [
        ...whole(course("gradNorm"), "norm", 0),
        ...(bound.y.some(Number.isFinite) ? [{ ...bound, name: "bound", colour: 1, dashed: true }] : [])
      ],
      dots: [spikesOf(recording, "gradNorm")]
    },
    {
      title: "Steps that were clipped, in %",
      curves: varies(shareOf(clipped)) ? [{ ...shareOf(within(clipped, steps)), name: null, colour: 0 }] : [],
      range: [0, 100]
    },
    { title: "Learning rate", curves: whole(course("learningRate"), null, 0), linear: true },
    { title: "Momentum", curves: varies(course("momentum").counts) ? whole(course("momentum"), null, 0) : [] },
    { title: "Loss scale", curves: varies(scale) ? whole(course("lossScale"), null, 0) : [] },
    {
      title: "Evaluations",
      linear: true,
      curves: evaluated.flatMap((name, colour) => {
        const { counts } = evaluationOf(recording, name)
        return hasValues(counts) && counts.x.length > 1 ? [{ ...counts, name: titles[name], colour }] : []
      })
    },
    { title: "Gradient norms by section", curves: normsOf(recording, sections, ({ whole }, name) => whole.sections[name]) },
    {
      title: "Gradient norms of the loss's parts",
      curves: normsOf(recording, parts, ({ parts }, name) => Object.entries(parts).find(([part]) => part === name)?.[1].total)
    },
    { title: "Images a second", curves: whole(course("imagesPerSecond"), null, 0) }
  ]
  return looked(charts.map((chart) => ({ ...chart, marks })), steps, end)
}

/** Tells whether the run of a colour is drawn dashed: colours come again where there are many runs. */
export const isDashed = (colour: number): boolean => Math.floor(colour / Chart.colours) % 2 === 1

/** A run among those that are compared, and what it is called there. */
export interface Compared {
  readonly name: string
  readonly recording: Recording
}

/** Lists the charts that compare runs, as far as these steps; each run has one colour in all of them. */
export const ofRuns = (runs: ReadonlyArray<Compared>, steps: Steps = allSteps): ReadonlyArray<Chart.Chart> => {
  const end = lastStep(runs.map(({ recording }) => recording))
  const over = (of: (recording: Recording) => Points): ReadonlyArray<Chart.Curve> =>
    runs.flatMap(({ name, recording }, colour) => {
      const points = of(recording)
      return hasValues(points) ? [{ ...points, name, colour, dashed: isDashed(colour) }] : []
    })
  const columns = (name: Name) => over((recording) => courseOf(recording, column(name)).counts)
  const parts = [...new Set(runs.flatMap(({ recording }) => recording.attempts.flatMap(({ parts }) => [...parts.keys()])))]
  const charts: ReadonlyArray<Chart.Chart> = [
    { title: "Loss", curves: columns("loss") },
    ...(parts.length < 2 ? [] : parts.map((part) => ({
      title: `Part of the loss: ${part}`,
      curves: over((recording) => courseOf(recording, ({ parts }) => parts.get(part) ?? []).counts)
    }))),
    { title: "Gradient norm before clipping", curves: columns("gradNorm") },
    {
      title: "Steps that were clipped, in %",
      curves: over((recording) => shareOf(within(courseOf(recording, ({ clipped }) => clipped).counts, steps))),
      range: [0, 100]
    },
    { title: "Learning rate", curves: columns("learningRate"), linear: true },
    ...evaluated.flatMap((name) => {
      const curves = over((recording) => evaluationOf(recording, name).counts)
      // One evaluation each is in the table.
      return curves.some(({ x }) => x.length > 1) ? [{ title: titles[name], curves, linear: true }] : []
    }),
    { title: "Images a second", curves: columns("imagesPerSecond") }
  ]
  return looked(charts, steps, end)
}
