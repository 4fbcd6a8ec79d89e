import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { EngineFault } from "../../dsl/Fault.ts"
import type { Configuration } from "../step/Configuration.ts"
import type { Step } from "../step/Step.ts"

/** What computes: part of a run's recorded identity, because other versions or thread counts give other last bits. */
export interface Description {
  readonly engine: "tensorflow" | "wasm"
  readonly version: string
  readonly device: "cpu" | "gpu"
  readonly threads: number
}

/** Compiles training steps. The step's tensors are freed with the scope. */
export class Engine extends Context.Service<Engine, {
  readonly description: Description
  readonly compile: (configuration: Configuration) => Effect.Effect<Step, EngineFault, Scope.Scope>
}>()("ballast/Engine") {}
