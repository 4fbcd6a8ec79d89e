/**
 * A run from its first attempt, or from where an earlier process left it, to its end.
 */
import * as Effect from "effect/Effect"
import type { Chosen } from "../engine/Engines.ts"
import type * as Plan from "../plan/Plan.ts"
import type { AttemptRecord, Next } from "./AttemptRecord.ts"
import * as Beginning from "./Beginning.ts"
import * as Decide from "./Decide.ts"
import type { Environment } from "./Environment.ts"
import * as Job from "./Job.ts"
import * as OneAttempt from "./OneAttempt.ts"
import { Reporter } from "./Reporter.ts"
import * as RunFolder from "./RunFolder.ts"
import type { Stop } from "./Stop.ts"

/** Where a run stands between two attempts. */
export interface Course {
  /** The arm with the recipe as it is by now. */
  readonly plan: Plan.Arm
  readonly engine: Chosen
  readonly past: ReadonlyArray<AttemptRecord>
  /** The token that the last attempt wrote by; null where an earlier process made it, or before the first. */
  readonly token: string | null
}

/** How a run ended. `token` is that of its last attempt, null where none was made. */
export interface Ended {
  readonly records: ReadonlyArray<AttemptRecord>
  readonly token: string | null
}

/** Waits, but no longer than until somebody wishes to stop. */
const wait = (seconds: number, stop: Stop): Effect.Effect<void> =>
  Effect.race(
    Effect.sleep(seconds * 1000),
    Effect.callback<void>((resume) => {
      const forget = stop.listen(() => resume(Effect.void))
      return Effect.sync(forget)
    })
  )

/** The attempts on the present recipe: those since a remedy was last taken. */
const onThisRecipe = (past: ReadonlyArray<AttemptRecord>): ReadonlyArray<AttemptRecord> =>
  past.slice(past.findLastIndex(({ next }) => next?.kind === "remedy") + 1)

/** Finds where the next attempt begins after one that was broken off. */
const goingOn = (job: Job.Job, { past, plan }: Course) => {
  const same = onThisRecipe(past)
  const before = past[past.length - same.length - 1]
  const { identity } = plan
  return Beginning.whereBrokenOff(
    // Of one step the newest attempt's comes first.
    same.map(({ result }) => RunFolder.attemptOf(job.directory, result.number)).toReversed(),
    { training: identity.training ?? "", data: identity.data, seed: job.seed },
    before?.next?.kind === "remedy"
      ? { checkpoint: before.next.checkpoint, step: before.result.remedy?.from ?? 0, remarks: [] }
      : Beginning.start
  )
}

const beginningOf = (job: Job.Job, course: Course) => {
  const next = course.past.at(-1)?.next ?? null
  return next?.kind === "remedy"
    ? Effect.succeed({ checkpoint: next.checkpoint, step: course.past.at(-1)?.result.remedy?.from ?? 0, remarks: [] })
    : goingOn(job, course)
}

/** Whether the next attempt is to be made after what was decided. */
const goesOn = (next: Next | null, stop: Stop): Effect.Effect<boolean> =>
  next === null || next.kind === "stop"
    ? Effect.succeed(false)
    : Effect.as(next.kind === "again" ? wait(next.after, stop) : Effect.void, true)

/**
 * Makes attempts at a run until one succeeds, or it is decided that none follows, or somebody wishes to stop; `course`
 * says where it stands. Fails with RunTaken where another process has taken the run over.
 */
export const run = Effect.fn("Attempts.run")(
  function*(job: Job.Job, first: Course, options: { readonly environment: Environment; readonly stop: Stop }) {
    const { environment, stop } = options
    const reporter = yield* Reporter
    let course = first
    while (stop.requested() === null) {
      const { engine, past, plan } = course
      const made = yield* OneAttempt.run(job, {
        number: (past.at(-1)?.result.number ?? 0) + 1,
        plan,
        engine,
        beginning: yield* beginningOf(job, course),
        stop,
        onEvent: (event) => reporter.event(event, job)
      })
      const { record, token } = made
      const { outcome } = record
      if (outcome.engine !== null) yield* Job.onDisk(job, () => Job.tellEnvironment(job, environment, outcome.engine))
      course = { ...course, past: [...past, record], token }
      if (outcome.status !== "failed") break
      course = yield* Decide.decide(job, course, { stop, token })
      if (!(yield* goesOn(course.past.at(-1)?.next ?? null, stop))) break
    }
    const ended: Ended = { records: course.past, token: course.token }
    return ended
  }
)
