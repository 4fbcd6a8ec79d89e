/**
 * What follows an attempt that failed: the fault is looked into, and the recipe's ladder says what is tried next.
 */
import * as Effect from "effect/Effect"
import type * as Retry from "../../dsl/Retry.ts"
import * as Duration from "../../dsl/Duration.ts"
import type { AttemptRecord, Next } from "./AttemptRecord.ts"
import type { Course } from "./Attempts.ts"
import type * as Job from "./Job.ts"
import * as OneAttempt from "./OneAttempt.ts"
import { Reporter } from "./Reporter.ts"
import type { Stop } from "./Stop.ts"

const stopped = (reason: string): Next => ({ kind: "stop", reason })

export const decide = Effect.fn("Decide.decide")(
  function*(job: Job.Job, course: Course, { token }: { readonly stop: Stop; readonly token: string }) {
    const reporter = yield* Reporter
    const record = course.past.at(-1) as AttemptRecord
    const tag = record.result.fault?.tag as keyof Retry.Decisions
    const decision = course.plan.recipe.retry.on[tag]
    const tries = course.past.filter(({ next }) => next?.kind === "again").length
    const next: Next = decision._tag !== "Again" || tries >= decision.times
      ? stopped("no further attempt")
      : { kind: "again", after: Duration.seconds(decision.first) * decision.factor ** tries, try: tries + 1, of: decision.times }
    const kept = { ...record, next }
    yield* OneAttempt.keep(job, kept, token)
    reporter.decided(job, kept.result, next.kind === "again" ? { ...next, from: 0 } : { kind: "stop", reason: "" })
    return { ...course, past: [...course.past.slice(0, -1), kept] }
  }
)
