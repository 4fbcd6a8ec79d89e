import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EngineFault } from "../../../dsl/Fault.ts"
import * as Words from "../../../dsl/Words.ts"
import type { Configuration } from "../../step/Configuration.ts"
import * as EagerStep from "../../step/EagerStep.ts"
import type { Step } from "../../step/Step.ts"
import { Engine } from "../Engine.ts"
import type { Subject } from "../reference/ReferenceCases.ts"
import * as Kernels from "./Kernels.ts"
import * as Native from "./Native.ts"
import * as Parity from "./Parity.ts"
import * as Session from "./Session.ts"
import * as Threads from "./Threads.ts"

/**
 * Compiles a step as a session that was checked against the eager step. Where it cannot be compiled or differs, the
 * eager step itself is returned, with the reason in `execution`. `sessionOf` records the session.
 */
export const compileStep = (
  backend: Native.Backend,
  configuration: Configuration,
  sessionOf: typeof Session.make = Session.make
): Step => {
  const eager = EagerStep.make(configuration, Kernels.make(backend))
  const fallback = (reason: string): Step => ({ ...eager, execution: { mode: "eager", reason } })
  let session: Step
  try {
    session = sessionOf(backend, configuration, eager)
  } catch (cause) {
    return fallback(`the step could not be recorded: ${Words.reasonOf(cause)}`)
  }
  const difference = Parity.difference(configuration, eager, session)
  if (difference !== null) {
    session.dispose()
    return fallback(`the session does not agree with the eager step: ${difference}`)
  }
  eager.dispose()
  return session
}

const loadBackend = (directory: string): Effect.Effect<Native.Backend, EngineFault> =>
  Effect.try({
    try: () => Native.load(directory),
    catch: (cause) => new EngineFault({ engine: "tensorflow", message: Words.reasonOf(cause) })
  })

/** Loads the engine for the reference cases: its kernels, and its steps, compiled as trainings get them. */
export const subject = (directory: string): Effect.Effect<Subject, EngineFault> =>
  Effect.map(loadBackend(directory), (backend) => ({
    kernels: Kernels.make(backend),
    compile: (configuration) => compileStep(backend, configuration)
  }))

/** Provides the engine whose libraries lie in a folder. Fails with EngineFault where they do not load on this machine. */
export const layer = (directory: string): Layer.Layer<Engine, EngineFault> =>
  Layer.effect(
    Engine,
    Effect.gen(function*() {
      const backend = yield* loadBackend(directory)
      const compile = Effect.fn("Tensorflow.compile")(function*(configuration: Configuration) {
        return yield* Effect.acquireRelease(
          Effect.try({
            try: () => compileStep(backend, configuration),
            catch: (cause) => new EngineFault({ engine: "tensorflow", message: Words.reasonOf(cause) })
          }),
          (step) => Effect.sync(() => step.dispose())
        )
      })
      return Engine.of({
        description: {
          engine: "tensorflow",
          version: backend.binding.TF_Version,
          device: backend.binding.isUsingGpuDevice() ? "gpu" : "cpu",
          threads: Threads.count()
        },
        compile
      })
    })
  )
