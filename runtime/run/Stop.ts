/**
 * A wish to stop, from a person or the system, that whoever is at work hears of.
 */
import * as Effect from "effect/Effect"

export type Signal = "SIGINT" | "SIGTERM"

export interface Stop {
  /** The signal that came first; null while none has. */
  readonly requested: () => Signal | null
  /** Calls `listener` once, at once where the wish is there already; returns a way to forget it. */
  readonly listen: (listener: () => void) => () => void
  readonly request: (signal: Signal) => void
}

/** Makes a wish that nobody has uttered yet. */
export const make = (): Stop => {
  let signal: Signal | null = null
  const listeners = new Set<() => void>()
  return {
    requested: () => signal,
    listen: (listener) => {
      if (signal !== null) listener()
      else listeners.add(listener)
      return () => listeners.delete(listener)
    },
    request: (asked) => {
      if (signal !== null) return
      signal = asked
      for (const listener of listeners) listener()
      listeners.clear()
    }
  }
}

/** Waits until somebody wishes to stop. */
export const awaited = (stop: Stop): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const forget = stop.listen(() => resume(Effect.void))
    return Effect.sync(forget)
  })

/** Waits so many milliseconds, but no longer than until somebody wishes to stop. */
export const pause = (milliseconds: number, stop: Stop): Effect.Effect<void> => Effect.race(Effect.sleep(milliseconds), awaited(stop))
