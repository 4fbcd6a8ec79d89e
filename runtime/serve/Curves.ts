/**
 * The figures of a run's steps as curves of few points, for a program that draws them.
 */
import * as Downsample from "../report/html/Downsample.ts"
import * as Recording from "../report/html/Recording.ts"
import type { Steps } from "../report/html/RunCharts.ts"

/** Which part of the curves is asked for. */
export interface Window extends Steps {
  /** How many points of a curve there are at most. */
  readonly points: number
}

/** One figure over the steps; `notFinite` counts the steps whose value is no point. */
export interface Curve {
  readonly name: string
  readonly steps: ReadonlyArray<number>
  readonly values: ReadonlyArray<number>
  readonly notFinite: number
}

/** An attempt's curves; what it did from step `until` on a later attempt has done again. */
export interface AttemptCurves {
  readonly attempt: number
  readonly from: number | null
  readonly until: number | null
  readonly totalSteps: number
  /** How many steps there are between the first and the last that are asked for. */
  readonly steps: number
  readonly curves: ReadonlyArray<Curve>
}

const curveOf = (name: string, kept: ReadonlyArray<number>, steps: ArrayLike<number>, values: ArrayLike<number>, points: number): Curve => {
  const finite = kept.filter((index) => Number.isFinite(values[index]))
  const x = finite.map((index) => steps[index] ?? NaN)
  const y = finite.map((index) => values[index] ?? NaN)
  const chosen = Downsample.choose({ x, y }, points)
  return {
    name,
    steps: chosen.map((index) => x[index] ?? NaN),
    values: chosen.map((index) => y[index] ?? NaN),
    notFinite: kept.length - finite.length
  }
}

/** Draws a recording's curves of a window. */
export const of = (recording: Recording.Recording, { from, points, to }: Window): ReadonlyArray<AttemptCurves> =>
  recording.attempts.map((attempt) => {
    const { clipped, columns, number, parts, steps, totalSteps } = attempt
    const kept = steps.flatMap((step, index) => step >= from && step <= to ? [index] : [])
    const until = recording.until(attempt)
    const named: ReadonlyArray<readonly [name: string, values: ArrayLike<number>]> = [
      ...Recording.figures.map((name) => [name, columns[name]] as const),
      ["clipped", clipped],
      ...[...parts].map(([part, values]) => [`parts.${part}`, values] as const)
    ]
    return {
      attempt: number,
      from: attempt.from,
      until: Number.isFinite(until) ? until : null,
      totalSteps,
      steps: kept.length,
      curves: named.map(([name, values]) => curveOf(name, kept, steps, values, points))
    }
  })
