import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { Event } from "../train/Event.ts"
import type { AppliedRemedy, AttemptResult, RunResult } from "./Result.ts"

/** A run before its result. */
export interface RunReference {
  readonly id: string
  readonly arm: string
  readonly seed: number
  /** The run's folder, absolute. */
  readonly directory: string
}

/** What is done after an attempt that ended in a fault; seconds to wait, steps to go on from. */
export type Decision =
  | { readonly kind: "diagnose" }
  /** The fault could not be looked into, and why. */
  | { readonly kind: "undiagnosed"; readonly reason: string }
  | { readonly kind: "again"; readonly after: number; readonly from: number; readonly try: number; readonly of: number }
  | { readonly kind: "remedy"; readonly remedy: AppliedRemedy }
  | { readonly kind: "stop"; readonly reason: string }

/** Hears what happens in a launch while it happens. */
export class Reporter extends Context.Service<Reporter, {
  readonly launched: (experiment: string, launch: string, runs: ReadonlyArray<RunReference>) => void
  /** An attempt begins at a step; `remarks` say what there is to say of that, such as a checkpoint that was refused. */
  readonly begins: (run: RunReference, attempt: Pick<AttemptResult, "number" | "from" | "remarks">) => void
  readonly event: (event: Event, run: RunReference) => void
  readonly decided: (run: RunReference, attempt: AttemptResult, decision: Decision) => void
  readonly ended: (result: RunResult) => void
}>()("ballast/Reporter") {
  /** Listens to nothing. */
  static readonly layerSilent: Layer.Layer<Reporter> = Layer.succeed(Reporter, {
    launched: () => undefined,
    begins: () => undefined,
    event: () => undefined,
    decided: () => undefined,
    ended: () => undefined
  })
}
