/**
 * Spans of all that is done for a run, delivered where OpenTelemetry's variables say, and nowhere where they say nothing.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as os from "node:os"
import * as Conditions from "../../engine/Conditions.ts"
import * as TraceSettings from "./TraceSettings.ts"

/** Logs the first delivery that fails and the first one after it that does not. */
const telling = (url: string) => {
  const { origin, pathname } = new URL(url)
  const collector = `${origin}${pathname}`
  const lost = (problem: string) =>
    Effect.logWarning(`traces are not delivered to ${collector}: ${problem}. Runs go on, and spans are dropped meanwhile`)
  const back = Effect.logInfo(`traces are delivered to ${collector} again`)
  return Effect.map(Ref.make<string | null>(null), (last) => (problem: string | null) =>
    Effect.flatMap(Ref.getAndSet(last, problem), (before) =>
      problem !== null && before === null ? lost(problem) : problem === null && before !== null ? back : Effect.void))
}

const delivering = Effect.fnUntraced(function*(destination: TraceSettings.Destination) {
  const { tracing } = yield* Effect.promise(() => import("./Observability.ts"))
  const { attributes, url } = destination
  const version = Conditions.ballastVersion()
  const resource = { "host.name": os.hostname(), ...attributes, "ballast.version": version }
  return tracing({ ...destination, attributes: resource }, version, yield* telling(url))
})

/**
 * Delivers spans where `variables` say, until the scope ends. A collector that is not there costs spans and nothing else;
 * settings that cannot be followed are told, and nothing is delivered.
 */
export const layer = (variables: NodeJS.ProcessEnv): Layer.Layer<never> =>
  Layer.unwrap(Effect.suspend(() => {
    const settings = TraceSettings.of(variables)
    switch (settings.kind) {
      case "on":
        return delivering(settings)
      case "off":
        return Effect.succeed(Layer.empty)
      case "wrong":
        return Effect.as(Effect.logWarning(`there are no traces: ${settings.message}`), Layer.empty)
    }
  }))

/** Makes no spans of what is done again and again, such as to look at a queue. */
export const untraced: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = Effect.withTracerEnabled(false)

/** Makes a trace of its own of what is done within such. */
export const traced: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = Effect.withTracerEnabled(true)
