/**
 * The losses and norms of a run's attempts, step by step, and which of them count in the end.
 */
import type { StepEvent } from "../train/Event.ts"

/** What one attempt's steps came to, from step `from` on. */
export interface Course {
  readonly attempt: number
  readonly from: number
  readonly losses: ReadonlyArray<number>
  readonly norms: ReadonlyArray<number>
}

type Told = Pick<StepEvent, "attempt" | "step" | "loss" | "gradNorm">

/** Lays the steps of attempts out, each attempt by itself, in the order in which they were made. */
export const of = (events: ReadonlyArray<Told>): ReadonlyArray<Course> =>
  [...Map.groupBy(events, ({ attempt }) => attempt)].map(([attempt, steps]) => ({
    attempt,
    from: steps[0]?.step ?? 0,
    losses: steps.map(({ loss }) => loss),
    norms: steps.map(({ gradNorm }) => gradNorm)
  }))

/**
 * Joins the courses of a run's attempts to that of the training which came of them: from where an attempt goes on, what
 * the one before it did does not count.
 */
export const joined = (courses: ReadonlyArray<Course>): Pick<Course, "from" | "losses" | "norms"> => {
  const from = courses[0]?.from ?? 0
  const joint = (of: (course: Course) => ReadonlyArray<number>): ReadonlyArray<number> =>
    courses.reduce<ReadonlyArray<number>>((before, course) => [
      ...before.slice(0, Math.max(0, course.from - from)),
      ...of(course)
    ], [])
  return { from, losses: joint(({ losses }) => losses), norms: joint(({ norms }) => norms) }
}

/** Keeps the steps of runs as they are told. */
export class Courses {
  readonly #told = new Map<string, Array<Told>>()

  add({ attempt, gradNorm, loss, run, step }: StepEvent): void {
    const told = this.#told.get(run) ?? []
    told.push({ attempt, gradNorm, loss, step })
    this.#told.set(run, told)
  }

  /** Lists the courses of a run's attempts; empty where it has told no step. */
  of(run: string): ReadonlyArray<Course> {
    return of(this.#told.get(run) ?? [])
  }
}
