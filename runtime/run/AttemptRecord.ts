/**
 * What a run's folder keeps of an attempt: what it began with, how it ended, and what was decided after it. That is enough
 * to go on where nobody remembers.
 */
import type { Rung } from "../../dsl/Retry.ts"
import type { Chosen } from "../engine/Engines.ts"
import type { AttemptOutcome } from "../train/Outcome.ts"
import type { Owner } from "./Owner.ts"
import type { AttemptResult } from "./Result.ts"

/** The document `attempt.json` of a run: which run it is, the attempt that counts, and what that began with. */
export interface Acceptance {
  readonly format: "ballast.acceptance/1"
  /** The run's id. */
  readonly run: string
  readonly seed: number
  readonly attempt: number
  readonly token: string
  readonly owner: Owner
  readonly engine: Chosen
  /** The step that it begins at. */
  readonly from: number
  /** The checkpoint that it begins with, an absolute folder; null for none. */
  readonly checkpoint: string | null
  readonly remarks: ReadonlyArray<string>
}

/**
 * What comes after an attempt that failed, or that a person had go on. `after` is in seconds; the recipe that a remedy came
 * to lies beside this one.
 */
export type Next =
  | { readonly kind: "stop"; readonly reason: string }
  | { readonly kind: "again"; readonly after: number; readonly try: number; readonly of: number }
  | { readonly kind: "remedy"; readonly rung: Rung; readonly checkpoint: string | null; readonly engine: Chosen }
  | { readonly kind: "restart" }

/** The document `outcome.json` of an attempt. */
export interface AttemptRecord {
  readonly format: "ballast.attempt/1"
  readonly result: AttemptResult
  readonly outcome: AttemptOutcome
  /** The identity of the recipe that it was made with. */
  readonly recipe: string
  readonly engine: Chosen
  /** Null where it did not fail, and before it is decided. */
  readonly next: Next | null
}
