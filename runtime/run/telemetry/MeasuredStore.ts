/**
 * A record whose failures are counted.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import { Store } from "../Store.ts"
import { Instruments } from "./Instruments.ts"

const isFailure = Predicate.isTagged("StoreFailed")

const counted = (value: unknown, service: object, failed: () => void): unknown => {
  if (Effect.isEffect(value)) {
    return Effect.tapError(value, (error) => isFailure(error) ? Effect.sync(failed) : Effect.void)
  }
  return typeof value === "function"
    ? (...given: ReadonlyArray<unknown>): unknown => counted(Reflect.apply(value, service, given), service, failed)
    : value
}

/** Makes a service of the same shape; where its effects fail with StoreFailed, `failed` hears of it. */
export const counting = <Service extends object>(service: Service, failed: () => void): Service =>
  Object.fromEntries(Object.entries(service).map(([name, value]) => [name, counted(value, service, failed)])) as Service

/** Counts where a record fails. */
export const layer: Layer.Layer<Store, never, Store | Instruments> = Layer.effect(
  Store,
  Effect.gen(function*() {
    return Store.of(counting(yield* Store, (yield* Instruments).storeFailed))
  })
)
