/**
 * A launch as data, ready for the queue: the recipes travel, and no code does.
 */
import * as Canonical from "../../plan/Canonical.ts"
import type { Identity } from "../../plan/Identity.ts"
import type { Request } from "../Store.ts"
import type * as Demand from "./Demand.ts"

/** One arm: the recipe in its encoded form, what identifies it, and what it demands. */
export interface SubmittedArm {
  readonly recipe: unknown
  readonly identity: Identity
  readonly totalSteps: number | null
  readonly demand: Demand.Demand
}

export interface Submission {
  readonly experiment: string
  readonly request: Request
  readonly arms: Readonly<Record<string, SubmittedArm>>
  /** The runs, in their order. */
  readonly runs: ReadonlyArray<{ readonly arm: string; readonly seed: number }>
}

/** How a launch is to wait and to run. */
export interface Terms {
  /** The higher goes first, as far as the others' patience allows. */
  readonly priority: number
  /** Milliseconds since 1970; null for at once. */
  readonly notBefore: number | null
  /** The id of a run that has to succeed first; null for none. */
  readonly after: string | null
  /** The id of a launch whose runs have to end first, however; null for none. */
  readonly behind: string | null
  /** Seconds that a run may wait, and seconds that it may run; null for however long. */
  readonly maxWait: number | null
  readonly maxRun: number | null
  /** Whether an equal run that succeeded before may answer. */
  readonly reuse: boolean
}

export const usual: Terms = { priority: 0, notBefore: null, after: null, behind: null, maxWait: null, maxRun: null, reuse: true }

/**
 * Names what decides a run's result; null where that is not known. Of two runs that it names alike one answers the other.
 */
export const answerOf = ({ arms, request }: Submission, { arm, seed }: Submission["runs"][number]): string | null => {
  const { demand, identity } = arms[arm] as SubmittedArm
  const { commit, dirty } = request.origin
  if (identity.training === null || identity.data === null || commit === null) return null
  const { engine, injection, steps } = request
  return Canonical.hash({
    training: identity.training,
    data: identity.data,
    ballast: demand.ballast,
    seed,
    engine,
    injection,
    steps,
    commit,
    dirty
  })
}
