/**
 * Engines in this process. Their libraries are loaded only here, because not every process computes.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { EngineFault } from "../../dsl/Fault.ts"
import type { Candidate, Checked } from "./Candidate.ts"
import type { Engine } from "./Engine.ts"
import type { Subject } from "./reference/Case.ts"

/** Provides an engine in this process. */
export const load = ({ directory }: Candidate): Effect.Effect<Layer.Layer<Engine, EngineFault>> =>
  directory === null
    ? Effect.map(Effect.promise(() => import("./wasm/Wasm.ts")), ({ layer }) => layer)
    : Effect.map(Effect.promise(() => import("./tensorflow/Tensorflow.ts")), ({ layer }) => layer(directory))

const subjectOf = ({ directory }: Candidate): Effect.Effect<Subject, EngineFault> =>
  directory === null
    ? Effect.flatMap(Effect.promise(() => import("./wasm/Wasm.ts")), ({ subject }) => subject)
    : Effect.flatMap(Effect.promise(() => import("./tensorflow/Tensorflow.ts")), ({ subject }) => subject(directory))

/** Runs an engine's reference cases in this process. Fails with EngineFault where it does not start. */
export const check = (candidate: Candidate): Effect.Effect<Checked, EngineFault> =>
  Effect.gen(function*() {
    const ReferenceCases = yield* Effect.promise(() => import("./reference/ReferenceCases.ts"))
    const cases = ReferenceCases.check(yield* subjectOf(candidate))
    const passed = cases.filter(({ ok }) => ok).length
    return { engine: candidate.engine, passed, failed: cases.length - passed, cases }
  })
