import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { Event } from "../train/Event.ts"
import type { RunResult } from "./Result.ts"

/** A run before its result. */
export interface RunReference {
  readonly id: string
  readonly arm: string
  readonly seed: number
}

/** Hears what happens in a launch while it happens. */
export class Reporter extends Context.Service<Reporter, {
  readonly launched: (experiment: string, launch: string, runs: ReadonlyArray<RunReference>) => void
  readonly event: (event: Event, run: RunReference) => void
  readonly ended: (result: RunResult) => void
}>()("ballast/Reporter") {
  /** Listens to nothing. */
  static readonly layerSilent: Layer.Layer<Reporter> = Layer.succeed(Reporter, {
    launched: () => undefined,
    event: () => undefined,
    ended: () => undefined
  })
}
