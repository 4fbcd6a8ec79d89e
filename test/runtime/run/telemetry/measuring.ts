import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { Instruments } from "../../../../runtime/run/telemetry/Instruments.ts"
import { prometheus } from "../../../../runtime/run/telemetry/Observability.ts"
import * as Exposition from "./exposition.ts"

/** Gives an effect instruments that nobody has used, and a registry of their own. */
export const measured = <A, E, R>(effect: Effect.Effect<A, E, R | Instruments>) =>
  effect.pipe(
    Effect.provide(Instruments.layer),
    Effect.provideServiceEffect(Metric.MetricRegistry, Effect.sync(() => new Map()))
  )

/** Reads what the instruments show. */
export const shown: Effect.Effect<ReadonlyArray<Exposition.Family>> = Effect.map(
  Effect.context<never>(),
  (context) => Exposition.parse(prometheus(context))
)
