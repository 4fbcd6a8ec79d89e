/**
 * The learning rate over the steps of a training, drawn with its scales.
 */
import type { Curve } from "../optim/Curve.ts"
import * as Sequence from "../optim/Sequence.ts"
import * as Axis from "./Axis.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Sparkline from "./Sparkline.ts"

const mostColumns = 72
/** A curve that has less room than this shows nothing. */
const leastColumns = 8
/** The rows of one column are averaged over this many at most. */
const mostSamples = 16

/** Draws every step as wide where there are fewer steps than columns. */
const widthOf = ({ totalSteps }: Curve, room: number): number =>
  totalSteps >= room ? room : Math.floor(room / totalSteps) * totalSteps

const valuesOf = (curve: Curve, wide: number): ReadonlyArray<number> =>
  Array.from({ length: wide }, (_, column) => {
    const from = Math.floor((column * curve.totalSteps) / wide)
    const to = Math.max(from + 1, Math.floor(((column + 1) * curve.totalSteps) / wide))
    const samples = Math.min(mostSamples, to - from)
    return Array.from({ length: samples }, (_, index) =>
      curve.at(from + Math.floor((index * (to - from)) / samples)).learningRate / samples)
      .reduce((sum, share) => sum + share, 0)
  })

/** Finds the smallest and the largest rate: at steps spread evenly, at the ends, and where the curve bends or jumps. */
const extremesOf = (curve: Curve): readonly [low: number, high: number] => {
  const last = curve.totalSteps - 1
  const even = Array.from({ length: mostColumns + 1 }, (_, index) => Math.round((index * last) / mostColumns))
  const bends = [curve.warmupSteps, ...Sequence.turns(curve.schedule, curve.totalSteps)]
    .flatMap((step) => [step - 1, step])
    .filter((step) => step >= 0 && step <= last)
  const rates = [...even, ...bends].map((step) => curve.at(step).learningRate).filter(Number.isFinite)
  return [Math.min(...rates), Math.max(...rates)]
}

/** The ticks that come first win where there is not room for all. */
const ticksOf = (curve: Curve): ReadonlyArray<Axis.Tick> => {
  const { totalSteps, warmupSteps } = curve
  const warmup = warmupSteps > 0 && warmupSteps < totalSteps
    ? [{ step: warmupSteps, texts: [`${warmupSteps}, warmup ends`, `${warmupSteps}`], marked: true }]
    : []
  const turns = Sequence.turns(curve.schedule, totalSteps).filter((step) => step !== warmupSteps)
  const quarters = turns.length > 0 || totalSteps < 4
    ? []
    : [0.5, 0.25, 0.75].map((share) => Math.round(share * totalSteps))
  return [
    { step: totalSteps, texts: [Figure.plural(totalSteps, "step"), `${totalSteps}`], marked: false },
    { step: 0, texts: ["0"], marked: false },
    ...warmup,
    ...turns.map((step) => ({ step, texts: [`${step}`], marked: true })),
    ...quarters.map((step) => ({ step, texts: [`${step}`], marked: false }))
  ]
}

/**
 * Draws a curve's learning rate from 0 upwards, at most `columns` wide, over `rows` lines and two for the steps' axis.
 * The scale says the largest and the smallest rate, the axis where a warmup ends and where the schedule turns; what the
 * warmup changes is quiet. There is no line where there is no room.
 */
export const of = (
  curve: Curve,
  columns: number,
  options: { readonly indent?: number; readonly rows?: number } = {}
): ReadonlyArray<Line.Line> => {
  const { indent = 0, rows = 8 } = options
  const [low, high] = extremesOf(curve)
  const top = Number.isFinite(high) ? Figure.chosen(high) : ""
  const bottom = low > 0 && Number.isFinite(low) ? Figure.chosen(low) : ""
  const label = Math.max(1, top.length, bottom.length)
  const room = Math.min(mostColumns, columns - indent - label - 2)
  if (room < leastColumns) return []
  const wide = widthOf(curve, room)
  const scale: Sparkline.Scale = { low: 0, high, logarithmic: false }
  const rowOfLow = Math.min(rows - 1, rows - Math.ceil((low / high) * rows))
  const split = Axis.columnOf(Math.min(curve.warmupSteps, curve.totalSteps), curve.totalSteps, wide)
  const start = (text: string, edge: string): ReadonlyArray<Line.Span> => [
    Line.span(`${" ".repeat(indent)}${Line.pad(text, label, "right")} ${edge}`, "quiet")
  ]
  const [axis, labels] = Axis.of(ticksOf(curve), curve.totalSteps, wide)
  return [
    ...Sparkline.curve(valuesOf(curve, wide), wide, rows, scale).map((row, index) => {
      const said = index === 0 ? top : index === rowOfLow ? bottom : ""
      return [
        ...start(said, said === "" ? "│" : "┤"),
        Line.span(row.slice(0, split), "quiet"),
        Line.span(row.slice(split))
      ]
    }),
    [...start("0", "└"), Line.span(axis, "quiet")],
    [...start("", " "), Line.span(labels, "quiet")]
  ]
}
