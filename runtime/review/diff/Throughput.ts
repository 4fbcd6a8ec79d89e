/**
 * How long trainings took that were made before, by what they come to.
 */
import * as Effect from "effect/Effect"
import * as RunFolder from "../../run/RunFolder.ts"
import { Store } from "../../run/Store.ts"
import type { RunRecord } from "../../run/store/Listing.ts"
import type * as ArmDiff from "./ArmDiff.ts"

/** So many of the newest runs are looked at. */
const mostRuns = 200

const median = (values: ReadonlyArray<number>): number => {
  const ascending = values.toSorted((left, right) => left - right)
  return ascending[Math.floor(ascending.length / 2)] ?? NaN
}

const secondsOf = ({ directory, result }: RunRecord): ReadonlyArray<readonly [training: string, seconds: number]> => {
  const training = RunFolder.plan(directory)?.arms[0]?.identity.training ?? null
  // One that was cut short or changed on the way took its own time.
  return training === null || result === null || result.partial || result.remedied ? [] : [[training, result.metrics.seconds]]
}

/** Reads the times of the runs that a record keeps; the median where a training was made more than once. */
export const read: Effect.Effect<ArmDiff.Seconds, never, Store> = Effect.gen(function*() {
  const store = yield* Store
  const runs = yield* store.list({ status: "succeeded", limit: mostRuns }).pipe(Effect.catch(() => Effect.succeed([])))
  const times = Map.groupBy(runs.flatMap(secondsOf), ([training]) => training)
  return ({ identity: { training } }) => {
    const known = training === null ? undefined : times.get(training)
    return known === undefined ? null : median(known.map(([, seconds]) => seconds))
  }
})

/** Knows no times. */
export const none: ArmDiff.Seconds = () => null
