/**
 * Signs of life from where the work is done: a timer would go on beating while a step hangs.
 */
import * as Effect from "effect/Effect"
import { Engine } from "../engine/Engine.ts"
import type { Step } from "../step/Step.ts"

const leastMilliseconds = 500

/** Makes a beat that is passed on at most twice a second. */
export const make = (pass: () => void): () => void => {
  let last = -Infinity
  return () => {
    const now = performance.now()
    if (now - last < leastMilliseconds) return
    last = now
    pass()
  }
}

/** Beats after every call of the step, so that evaluation, replay and trials are heard as training is. */
const beatingStep = (step: Step, beat: () => void): Step =>
  new Proxy(step, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target)
      return typeof value !== "function" ? value : (...parameters: ReadonlyArray<unknown>): unknown => {
        const result: unknown = Reflect.apply(value, target, parameters)
        beat()
        return result
      }
    }
  })

/** Gives work an engine whose steps beat. */
export const beating = <A, E, R>(work: Effect.Effect<A, E, R | Engine>, beat: () => void) =>
  Effect.flatMap(Engine, (engine) =>
    Effect.provideService(work, Engine, {
      ...engine,
      compile: (configuration) => Effect.map(engine.compile(configuration), (step) => beatingStep(step, beat))
    }))
