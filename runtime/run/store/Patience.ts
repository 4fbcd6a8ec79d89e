/**
 * Waiting for what passes by itself: another process's lock, a server that is started again.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { StoreFailed } from "./Database.ts"

/** Nothing was done, and it may go through later; `failed` says what to tell where it does not. */
export class Passing extends Data.TaggedError("Passing")<{ readonly failed: StoreFailed }> {}

/** How long to go on, and how long to wait between two tries at most; both in milliseconds. */
export interface Patience {
  readonly whole: number
  readonly between: number
}

const firstWait = 5

/** Other processes and servers go by the real time, also where a test holds this process's clock. */
const pause = (milliseconds: number): Effect.Effect<void> =>
  Effect.provideService(Effect.sleep(milliseconds), Clock.Clock, Clock.Clock.defaultValue())

/** Tries again while what it fails with may pass, with growing waits of a random length. */
export const patiently = <A, E>(
  attempt: Effect.Effect<A, E | Passing>,
  { between, whole }: Patience
): Effect.Effect<A, Exclude<E, Passing> | StoreFailed> =>
  Effect.suspend(() => {
    const until = performance.now() + whole
    const again = (wait: number): Effect.Effect<A, Exclude<E, Passing> | StoreFailed> =>
      Effect.matchEffect(attempt, {
        onSuccess: Effect.succeed,
        onFailure: (error) => {
          if (!(error instanceof Passing)) return Effect.fail(error as Exclude<E, Passing>)
          const milliseconds = wait * (0.5 + Math.random() / 2)
          return performance.now() + milliseconds > until
            ? Effect.fail(error.failed)
            : Effect.andThen(pause(milliseconds), again(Math.min(wait * 2, between)))
        }
      })
    return again(firstWait)
  })
