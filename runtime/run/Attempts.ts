/**
 * A run from its first attempt, or from where an earlier process left it, to its end.
 */
import * as Effect from "effect/Effect"
import type { Next } from "./AttemptRecord.ts"
import * as Course from "./Course.ts"
import * as Decide from "./Decide.ts"
import type { Environment } from "./Environment.ts"
import * as Job from "./Job.ts"
import * as OneAttempt from "./OneAttempt.ts"
import { Reporter } from "./Reporter.ts"
import * as Stop from "./Stop.ts"
import * as About from "./telemetry/About.ts"

export interface Options {
  readonly environment: Environment
  readonly stop: Stop.Stop
}

/** Waits as was decided, and tells whether another attempt is to follow. */
const another = (next: Next | null, stop: Stop.Stop): Effect.Effect<boolean> =>
  next === null || next.kind === "stop"
    ? Effect.succeed(false)
    : Effect.as(next.kind === "again" ? Stop.pause(next.after * 1000, stop) : Effect.void, true)

const attempt = Effect.fn("Attempts.attempt")(function*(
  job: Job.Job,
  course: Course.Course,
  { environment, stop }: Options
) {
  const reporter = yield* Reporter
  const number = course.attempted + 1
  const beginning = yield* Course.beginning(job, course)
  reporter.begins(job, { number, from: beginning.step, remarks: beginning.remarks })
  const { record, token } = yield* OneAttempt.run(job, {
    number,
    plan: course.plan,
    engine: course.engine,
    beginning,
    stop,
    onEvent: (event) => reporter.event(event, job)
  }).pipe(About.attempt(number, course.engine.engine, beginning.step))
  const { engine } = record.outcome
  if (engine !== null) yield* Job.onDisk(job, () => Job.tellEnvironment(job, environment, engine))
  return { ...course, past: [...course.past, record], attempted: number, token }
})

const aboutFault = ({ past }: Course.Course) => {
  const last = past.at(-1)?.result
  return About.failed(last?.number ?? 0, last?.fault?.tag ?? "")
}

/**
 * Makes attempts at a run until one succeeds, or it is decided that none follows, or somebody wishes to stop; returns where
 * it stands then. Fails with RunTaken where another process has taken the run over.
 */
export const run = Effect.fn("Attempts.run")(function*(job: Job.Job, first: Course.Course, options: Options) {
  const { stop } = options
  let course = first
  // A fault that nobody came to decide about.
  const undecided = ({ past }: Course.Course): boolean => {
    const last = past.at(-1)
    return last?.outcome.status === "failed" && last.next === null
  }
  while (stop.requested() === null) {
    if (!undecided(course)) course = yield* attempt(job, course, options)
    if (!undecided(course)) return course
    course = yield* Decide.decide(job, course, stop).pipe(aboutFault(course))
    if (!(yield* another(course.past.at(-1)?.next ?? null, stop))) return course
  }
  return course
})
