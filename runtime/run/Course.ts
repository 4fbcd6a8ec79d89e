/**
 * Where a run stands between two attempts, and where the next one begins.
 */
import * as Effect from "effect/Effect"
import type { Fault } from "../../dsl/Fault.ts"
import type { Chosen } from "../engine/Engines.ts"
import type * as Plan from "../plan/Plan.ts"
import type { OutcomeFault } from "../train/Outcome.ts"
import type { AttemptRecord } from "./AttemptRecord.ts"
import * as Beginning from "./Beginning.ts"
import type { Job } from "./Job.ts"
import * as RunFolder from "./RunFolder.ts"

export interface Course {
  /** The arm with the recipe as it is by now. */
  readonly plan: Plan.Arm
  readonly engine: Chosen
  /** The trainings that can be gone on from: the present one, and what it was before a change that it can go on with. */
  readonly trainings: ReadonlyArray<string>
  readonly past: ReadonlyArray<AttemptRecord>
  /** The number of the attempt that was made last; 0 before the first. */
  readonly attempted: number
  /** The token that it wrote by; null before the first. */
  readonly token: string | null
}

/** The course of a run that was not begun. */
export const start = ({ engine, plan }: Pick<Job, "engine" | "plan">): Course => ({
  plan,
  engine,
  trainings: [plan.identity.training ?? ""],
  past: [],
  attempted: 0,
  token: null
})

/** Puts another record in the place of the last attempt's. */
export const withLast = (course: Course, record: AttemptRecord): Course => ({
  ...course,
  past: [...course.past.slice(0, -1), record]
})

/** After these the next attempt begins elsewhere than where the one before ended. */
const turns = ({ next }: AttemptRecord): boolean => next?.kind === "remedy" || next?.kind === "restart"

/** Lists the attempts since the recipe was last changed by a remedy, or the run begun anew. */
export const sinceTurn = (past: ReadonlyArray<AttemptRecord>): ReadonlyArray<AttemptRecord> =>
  past.slice(past.findLastIndex(turns) + 1)

/** Where a remedy has the next attempt begin. */
const afterRemedy = ({ next, result }: AttemptRecord): Beginning.Beginning =>
  next?.kind === "remedy" && result.remedy !== null
    ? { checkpoint: next.checkpoint, step: result.remedy.from, remarks: [] }
    : Beginning.start

/** Finds where the next attempt begins: where a remedy says, or where the attempts before were broken off. */
export const beginning = (
  { directory, seed }: Job,
  { past, plan, trainings }: Course
): Effect.Effect<Beginning.Beginning> => {
  const since = sinceTurn(past)
  const turn = past[past.length - since.length - 1]
  const otherwise = turn === undefined ? Beginning.start : afterRemedy(turn)
  const broken = Beginning.whereBrokenOff(
    // Of one step the newest attempt's comes first.
    since.map(({ result }) => RunFolder.attemptOf(directory, result.number)).toReversed(),
    trainings.map((training) => ({ training, data: plan.identity.data, seed })),
    otherwise
  )
  const none = { ...otherwise, remarks: [`no checkpoint was written yet: it begins again at step ${otherwise.step}`] }
  return since.length === 0
    ? Effect.succeed(otherwise)
    : Effect.map(broken, (found) => found.checkpoint === otherwise.checkpoint && found.remarks.length === 0 ? none : found)
}

/** What throws in a step may break off its update halfway, and leave a state that no step has led to. */
const throwing: ReadonlySet<string> = new Set(["EngineFault", "OutOfMemory"] satisfies ReadonlyArray<Fault["_tag"]>)

/** Finds the step that the state at a fault is before; null where it may be torn. What is injected breaks off no step. */
const failingOf = (attempt: string, fault: OutcomeFault | null): number | null => {
  if (fault === null) return null
  const mayBeTorn = throwing.has(fault.tag) && fault.injected === null && RunFolder.bundle(attempt)?.samples.length !== 0
  return mayBeTorn ? null : fault.step ?? fault.onset
}

/** Lists the attempts whose states may be gone back to, each up to the step from which on it was given up. */
export const forebears = ({ directory }: Job, past: ReadonlyArray<AttemptRecord>): ReadonlyArray<Beginning.Forebear> => {
  const anew = past.findLastIndex(({ next }) => next?.kind === "restart") + 1
  const lineage = past.slice(anew)
  return lineage.map(({ result: { fault, number } }, index) => {
    const attempt = RunFolder.attemptOf(directory, number)
    const until = Math.min(Infinity, ...lineage.slice(index + 1).map(({ result }) => result.from))
    return { attempt, failing: failingOf(attempt, fault), until }
  })
}
