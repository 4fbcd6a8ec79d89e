import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EngineFault } from "../../../dsl/Fault.ts"
import * as Words from "../../../dsl/Words.ts"
import type { Configuration } from "../../step/Configuration.ts"
import * as EagerStep from "../../step/EagerStep.ts"
import { Engine } from "../Engine.ts"
import type { Subject } from "../reference/ReferenceCases.ts"
import * as Backend from "./Backend.ts"
import * as Heap from "./Heap.ts"
import * as Kernels from "./Kernels.ts"
import * as Requirements from "./Requirements.ts"

const fault = (cause: unknown): EngineFault =>
  new EngineFault({ engine: "wasm", message: Words.reasonOf(cause) })

const loadBackend: Effect.Effect<Backend.Backend, EngineFault> = Effect.tryPromise({ try: Backend.load, catch: fault })

/** Loads the engine for the reference cases: its kernels, and its steps, as trainings get them. */
export const subject: Effect.Effect<Subject, EngineFault> = Effect.map(loadBackend, (backend) => {
  const kernels = Kernels.make(backend)
  return { kernels, compile: (configuration) => EagerStep.make(configuration, kernels) }
})

/** Provides the engine out of npm packages alone. Fails with EngineFault where it does not start on this machine. */
export const layer: Layer.Layer<Engine, EngineFault> = Layer.effect(
  Engine,
  Effect.gen(function*() {
    const kernels = Kernels.make(yield* loadBackend)
    const compile = Effect.fn("Wasm.compile")(function*(configuration: Configuration) {
      return yield* Effect.acquireRelease(
        // A full heap is a defect here as it is in a step: whoever trains tells it from an engine that is at fault.
        Effect.try({ try: () => EagerStep.make(configuration, kernels), catch: (cause) => cause }).pipe(
          Effect.catch((cause) => Heap.isFull(cause) ? Effect.die(cause) : Effect.fail(fault(cause)))
        ),
        (step) => Effect.sync(() => step.dispose())
      )
    })
    return Engine.of({
      description: { engine: "wasm", version: Requirements.version(), device: "cpu", threads: 1 },
      compile
    })
  })
)
