/**
 * What was expected of an experiment against what came of its runs.
 */
import * as Expect from "../../dsl/Expect.ts"
import type { ExpectationResult, RunResult, Verdict } from "./Result.ts"

/** A run that ended because what it computed exploded; other faults say nothing about the recipe. */
const exploded = ({ attempts, status }: RunResult): boolean => {
  const fault = attempts.at(-1)?.fault?.tag
  return status === "failed" && (fault === "NonFinite" || fault === "Diverged")
}

/** A run is conclusive where it went its whole length, or exploded on the way. */
const conclusive = (run: RunResult): boolean => exploded(run) || (run.status === "succeeded" && !run.partial)

/** What a run that ended on another recipe has come to says little of the one that it was launched with. */
const comparable = (run: RunResult): boolean => conclusive(run) && !run.remedied

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const figure = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(4))) : Number.isNaN(value) ? "NaN" : "infinite"

const ended = (run: RunResult): string => {
  const fault = run.attempts.at(-1)?.fault
  if (exploded(run)) return `seed ${run.seed} ended in ${fault?.tag} after ${run.steps} steps`
  if (run.status === "failed") return `seed ${run.seed} failed for another reason: ${fault?.tag}`
  if (run.remedied && run.status === "succeeded") return `seed ${run.seed} finished on a changed recipe, after ${run.steps} steps`
  if (run.status === "succeeded" && run.partial) return `seed ${run.seed} was cut short after ${run.steps} steps`
  return `seed ${run.seed} ${run.status === "succeeded" ? "stayed finite" : `was ${run.status}`} over ${run.steps} steps`
}

/** Judges every run of an arm by itself; one run that decides against it is enough. */
const everyRun = (
  runs: ReadonlyArray<RunResult>,
  holds: (run: RunResult) => boolean,
  decides: (run: RunResult) => boolean = conclusive
): Omit<ExpectationResult, "text"> => {
  if (runs.length === 0) return { holds: null, observed: "the arm did not run" }
  const decided = runs.filter(decides)
  const verdict = decided.some((run) => !holds(run)) ? false : decided.length === runs.length ? true : null
  return { holds: verdict, observed: runs.map(ended).join("; ") }
}

/** Averages a metric over an arm's seeds; null where a run is not conclusive or was not evaluated. */
const metricOf = (runs: ReadonlyArray<RunResult>, metric: Expect.Metric): number | null => {
  if (runs.length === 0 || !runs.every(comparable)) return null
  const values = runs.map((run) => metric === "loss" || run.status === "succeeded" ? run.metrics[metric] : 0)
  return values.some((value) => value === null) ? null : mean(values.map(Number))
}

const why = (runs: ReadonlyArray<RunResult>): string => {
  const open = runs.filter((run) => !comparable(run))
  if (runs.length === 0) return "the arm did not run"
  return open.length === 0 ? "it was not evaluated" : open.map(ended).join("; ")
}

/** Judges one expectation on all runs of a launch. */
export const judge = (expectation: Expect.Expect, runs: ReadonlyArray<RunResult>): ExpectationResult => {
  const text = Expect.text(expectation)
  const of = (arm: string): ReadonlyArray<RunResult> => runs.filter((run) => run.arm === arm)
  switch (expectation._tag) {
    case "Diverges":
      return { text, ...everyRun(of(expectation.arm), exploded) }
    case "Finite":
      // That a remedy cured it shows neither that the recipe by itself stays finite, nor that the arm explodes.
      return { text, ...everyRun(of(expectation.arm), (run) => !exploded(run), (run) => exploded(run) || comparable(run)) }
    case "Compare": {
      const { arm, metric, relation, than } = expectation
      const left = metricOf(of(arm), metric)
      const right = typeof than === "number" ? than : metricOf(of(than), metric)
      const said = (name: string, value: number | null) =>
        value === null ? `"${name}" has no ${metric} to compare: ${why(of(name))}` : `"${name}" ${figure(value)}`
      const observed = typeof than === "number" ? said(arm, left) : `${said(arm, left)}, ${said(than, right)}`
      return {
        text,
        holds: left === null || right === null ? null : relation === "below" ? left < right : left > right,
        observed
      }
    }
  }
}

/** Sums up: fails where one expectation does, undecided where one cannot be judged, holds otherwise. */
export const verdictOf = (expectations: ReadonlyArray<ExpectationResult>): Verdict =>
  expectations.some(({ holds }) => holds === false)
    ? "fails"
    : expectations.some(({ holds }) => holds === null) ? "undecided" : "holds"

/** Tells whether an expectation says that a run's arm is to explode, so that its failure is no failure of the launch. */
export const expectsFailure = (expectations: ReadonlyArray<Expect.Expect>, run: RunResult): boolean =>
  exploded(run) && expectations.some(({ _tag, arm }) => _tag === "Diverges" && arm === run.arm)
