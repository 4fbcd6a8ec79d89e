/**
 * The engines that this version knows, which of them can be used here, and the choice between them.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { EngineFault } from "../../dsl/Fault.ts"
import type { Description, Engine } from "./Engine.ts"
import * as Addon from "./tensorflow/Addon.ts"
import * as Location from "./tensorflow/Location.ts"
import * as Threads from "./tensorflow/Threads.ts"

/** The engines in the order in which `auto` tries them. */
export const names = ["tensorflow"] as const
export type Name = typeof names[number]

/** What may be asked for: an engine by its name, or the first that works. */
export const choices = ["auto", ...names] as const
export type Choice = typeof choices[number]

/** What is known of one engine on this host. `reason` says why it cannot be used, and the command that supplies it. */
export interface Listing {
  readonly engine: Name
  readonly usable: boolean
  readonly version: string | null
  readonly device: Description["device"] | null
  readonly threads: number | null
  readonly reason: string | null
}

/** No engine that was asked for can be used; `message` says why, and what supplies one. */
export class EngineMissing extends Schema.TaggedError<EngineMissing>()("EngineMissing", { message: Schema.String }) {}

/** An engine that can be used, as plain data that another process can load it from. */
export interface Chosen {
  readonly engine: Name
  readonly directory: string
}

const notInstalled = "not installed: npx ballast engine install tensorflow"

/** Finds out what can be used here. Each engine is tried in a process of its own, which takes about a second. */
export const list: Effect.Effect<ReadonlyArray<Listing>> = Effect.gen(function*() {
  const installed = Location.find()
  const absent = { engine: "tensorflow", usable: false, version: null, device: null, threads: null } as const
  if (installed === null) return [{ ...absent, reason: notInstalled }]
  const listing: Listing = yield* Addon.prove(Location.addonOf(installed)).pipe(
    Effect.map(({ gpu, version }): Listing => ({
      engine: "tensorflow",
      usable: true,
      version,
      device: gpu ? "gpu" : "cpu",
      threads: Threads.count(),
      reason: null
    })),
    Effect.catch(({ message }) => Effect.succeed({ ...absent, reason: `it does not load: ${message}` }))
  )
  return [listing]
})

/** Chooses an engine that is installed, without loading it. Fails with EngineMissing. */
export const choose = (choice: Choice): Effect.Effect<Chosen, EngineMissing> => {
  const installed = Location.find()
  return installed === null
    ? Effect.fail(new EngineMissing({ message: `the engine ${choice === "auto" ? "tensorflow" : choice} is ${notInstalled}` }))
    : Effect.succeed({ engine: "tensorflow", directory: installed.directory })
}

/** Provides a chosen engine in this process; its libraries are loaded only here, because not every process computes. */
export const load = (chosen: Chosen): Effect.Effect<Layer.Layer<Engine, EngineFault>> =>
  Effect.map(Effect.promise(() => import("./tensorflow/Tensorflow.ts")), ({ layer }) => layer(chosen.directory))

/** How one engine did on the reference cases. */
export interface Checked {
  readonly engine: Name
  readonly passed: number
  readonly failed: number
  readonly cases: ReadonlyArray<{ readonly case: string; readonly ok: boolean; readonly error: string | null }>
}

/** Checks an engine in this process. */
export const check = (chosen: Chosen): Effect.Effect<Checked, EngineFault> =>
  Effect.gen(function*() {
    const { subject } = yield* Effect.promise(() => import("./tensorflow/Tensorflow.ts"))
    const ReferenceCases = yield* Effect.promise(() => import("./reference/ReferenceCases.ts"))
    const cases = ReferenceCases.check(yield* subject(chosen.directory))
    const passed = cases.filter(({ ok }) => ok).length
    return { engine: chosen.engine, passed, failed: cases.length - passed, cases }
  })
