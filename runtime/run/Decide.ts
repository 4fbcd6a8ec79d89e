/**
 * What follows an attempt that failed: the fault is looked into, and the recipe's ladder says what is tried next.
 */
import * as Effect from "effect/Effect"
import type { Fault } from "../../dsl/Fault.ts"
import * as Recipe from "../../dsl/Recipe.ts"
import type * as Retry from "../../dsl/Retry.ts"
import * as Engines from "../engine/Engines.ts"
import type { Diagnosis } from "../fault/Diagnosis.ts"
import * as Ladder from "../fault/Ladder.ts"
import * as Remedies from "../fault/Remedies.ts"
import * as Plan from "../plan/Plan.ts"
import * as RecipeDiff from "../plan/RecipeDiff.ts"
import type { OutcomeFault } from "../train/Outcome.ts"
import type { AttemptRecord, Next } from "./AttemptRecord.ts"
import * as Beginning from "./Beginning.ts"
import * as Course from "./Course.ts"
import * as Diagnosing from "./Diagnosing.ts"
import * as Job from "./Job.ts"
import * as OneAttempt from "./OneAttempt.ts"
import { type Decision, Reporter } from "./Reporter.ts"
import type { AppliedRemedy } from "./Result.ts"
import * as RunFolder from "./RunFolder.ts"
import type { Stop } from "./Stop.ts"

type Tag = Fault["_tag"]

/** An attempt's record with its fault, which it has. */
interface Failed {
  readonly record: AttemptRecord
  readonly fault: OutcomeFault & { readonly tag: Tag }
}

/** The step that failed, as far as one did. */
const failingOf = ({ onset, step }: OutcomeFault): number => step ?? onset

/** The faults before, since a person last had the run begun anew. */
const pastOf = (past: ReadonlyArray<AttemptRecord>): ReadonlyArray<Ladder.Past> =>
  past.slice(past.findLastIndex(({ next }) => next?.kind === "restart") + 1).flatMap((
    { engine, next, recipe, result: { fault } }
  ) =>
    fault === null || (next?.kind !== "again" && next?.kind !== "remedy")
      ? []
      : [{ fault: fault.tag as Tag, step: failingOf(fault), recipe, engine: engine.engine, decided: next }]
  )

const engineNames = Effect.fnUntraced(function*() {
  const working = yield* Effect.forEach(Engines.names, (name) =>
    Engines.choose(name).pipe(
      Effect.map(({ warning }) => warning === null ? [name] : []),
      Effect.catch(() => Effect.succeed([]))
    ))
  return working.flat()
})

/** Finds what the ladder says. Where no remedy is to be found, no look at the engines is needed, which may take seconds. */
const ladder = Effect.fnUntraced(function*(
  job: Job.Job,
  course: Course.Course,
  { fault, record }: Failed,
  diagnosis: Diagnosis | null
) {
  const { engine, past, plan } = course
  const { recipe, schedule } = plan
  const decision = recipe.retry.on[fault.tag]._tag
  const situation: Remedies.Situation = {
    recipe,
    engine: engine.engine,
    engines: decision === "Again" || decision === "Stop" ? [engine.engine] : yield* engineNames(),
    fault: fault.tag,
    step: failingOf(fault),
    onset: fault.onset,
    totalSteps: schedule.totalSteps ?? record.outcome.steps,
    stepsPerEpoch: schedule.stepsPerEpoch ?? 1,
    images: job.source.facts,
    suspects: diagnosis?.files.map(({ file }) => file) ?? [],
    diagnosis
  }
  return Ladder.next(recipe.retry, pastOf(past.slice(0, -1)), situation, Math.random)
})

/** What the next attempt begins with, and what there is to say of it. */
interface Decided {
  readonly course: Course.Course
  readonly next: Next
  readonly remedy: AppliedRemedy | null
  readonly said: Decision
}

const stopping = (course: Course.Course, reason: string): Decided => {
  const stop = { kind: "stop", reason } as const
  return { course, next: stop, remedy: null, said: stop }
}

const repeated = Effect.fnUntraced(function*(
  job: Job.Job,
  course: Course.Course,
  { count, seconds }: Ladder.Again,
  of: number
) {
  const { step } = yield* Course.beginning(job, course)
  const decided: Decided = {
    course,
    next: { kind: "again", after: seconds, try: count, of },
    remedy: { change: `the same again from step ${step}`, fields: [], engine: null, from: step },
    said: { kind: "again", after: seconds, from: step, try: count, of }
  }
  return decided
})

const refusedBy = (plan: Plan.Arm): ReadonlyArray<string> =>
  plan.findings.filter(({ severity }) => severity === "error").map(({ message, path }) => `${path}: ${message}`)

/**
 * The step of the latest state that may be gone on from. An explosion has spoilt the state from its beginning on; of other
 * faults the one right before the step that failed is good.
 */
const latestGood = ({ fault }: Failed, diagnosis: Diagnosis | null, back: number): number =>
  diagnosis?.verdict === "explosion" || fault.tag === "Diverged"
    ? fault.onset - Math.max(1, back)
    : back === 0 ? failingOf(fault) : fault.onset - back

const remedied = Effect.fnUntraced(function*(
  job: Job.Job,
  course: Course.Course,
  failed: Failed,
  { diagnosis, taken }: { readonly diagnosis: Diagnosis | null; readonly taken: Ladder.Remedied }
) {
  const plan = Plan.resolveArm(job.arm, taken.recipe, job.source.facts, job.start)
  const errors = refusedBy(plan)
  const [first, ...others] = taken.rung.filter(({ _tag }) => _tag !== "RollBack")
  // From where it goes on is said by the step, which a person can find.
  const what = first === undefined ? "the same again" : Remedies.say([first, ...others])
  if (errors.length > 0) return stopping(course, `${what} comes to a recipe that cannot run: ${errors.join("; ")}`)
  const engine = taken.engine === course.engine.engine
    ? course.engine
    : yield* Engines.choose(taken.engine).pipe(Effect.catch(() => Effect.succeed(null)))
  if (engine === null) return stopping(course, `${what}: the engine ${taken.engine} cannot be used any more`)
  const { checkpoint, step } = yield* Beginning.before(
    Course.forebears(job, course.past),
    Math.max(0, latestGood(failed, diagnosis, taken.back))
  )
  const remedy: AppliedRemedy = {
    change: `${what}, from step ${step}`,
    fields: RecipeDiff.of(course.plan.recipe, taken.recipe),
    engine: engine.engine === course.engine.engine ? null : engine.engine,
    from: step
  }
  const { directory, engine: name, version } = engine
  const decided: Decided = {
    course: { ...course, plan, engine, trainings: [plan.identity.training ?? ""] },
    next: { kind: "remedy", rung: taken.rung, checkpoint, engine: { engine: name, version, directory } },
    remedy,
    said: { kind: "remedy", remedy }
  }
  yield* Job.onDisk(job, () =>
    RunFolder.write(
      RunFolder.remediedFile(RunFolder.attemptOf(job.directory, failed.record.result.number)),
      Recipe.encode(taken.recipe)
    ))
  return decided
})

const timesOf = (decision: Retry.Decisions[Tag]): number => decision._tag === "Again" ? decision.times : 0

/**
 * Decides what follows the last attempt, which failed, and keeps that with it. Where somebody wishes to stop meanwhile,
 * nothing is decided.
 */
export const decide = Effect.fn("Decide.decide")(function*(job: Job.Job, course: Course.Course, stop: Stop) {
  const reporter = yield* Reporter
  const record = course.past.at(-1)
  const fault = record?.result.fault ?? null
  if (record === undefined || fault === null) return yield* Effect.die(new Error("there is no fault to decide about"))
  const failed: Failed = { record, fault: { ...fault, tag: fault.tag as Tag } }
  const diagnosis = record.result.diagnosis ?? (yield* Diagnosing.diagnose(job, course, stop))
  if (stop.requested() !== null) return course
  const taken = yield* ladder(job, course, failed, diagnosis)
  const decided = taken.kind === "stop"
    ? stopping(course, taken.reason)
    : taken.kind === "again"
    ? yield* repeated(job, course, taken, timesOf(course.plan.recipe.retry.on[failed.fault.tag]))
    : yield* remedied(job, course, failed, { diagnosis, taken })
  const kept: AttemptRecord = {
    ...record,
    result: { ...record.result, diagnosis, remedy: decided.remedy },
    next: decided.next
  }
  yield* OneAttempt.keep(job, kept, course.token)
  reporter.decided(job, kept.result, decided.said)
  return Course.withLast(decided.course, kept)
})
