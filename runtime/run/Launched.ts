/**
 * What came of a launch, whoever has brought it to its end.
 */
import * as Effect from "effect/Effect"
import type * as Expect from "../../dsl/Expect.ts"
import * as Expectations from "./Expectations.ts"
import type { FoundLaunch } from "./Lookup.ts"
import type { Result, RunResult } from "./Result.ts"
import { Store } from "./Store.ts"
import type { RunRecord } from "./store/Listing.ts"
import type { Stop } from "./Stop.ts"

const hasEnded = (run: RunRecord): run is RunRecord & { readonly result: RunResult } => run.result !== null

/** Judges what was expected of a launch by what came of its runs. */
export const judge = (
  { launch, runs, experiment }: Pick<Result, "experiment" | "launch" | "runs">,
  expect: ReadonlyArray<Expect.Expect>
): Result => {
  const expectations = expect.map((expectation) => Expectations.judge(expectation, runs))
  const verdict = Expectations.verdictOf(expectations)
  return { format: "ballast.result/1", experiment, launch, runs, expectations, verdict }
}

/** Judges a launch by its runs that have ended. */
export const resultOf = ({ launch: { experiment, id, request }, runs }: FoundLaunch): Result =>
  judge({ experiment, launch: id, runs: runs.filter(hasEnded).map(({ result }) => result) }, request.expect)

/** How often the record is looked at, in milliseconds. */
const lookEvery = 1_000

/** Waits until every run of a launch has ended, or somebody wishes to stop; `onEnded` hears of each that has. */
export const wait = Effect.fn("Launched.wait")(
  function*(launch: string, stop: Stop, onEnded: (result: RunResult) => Effect.Effect<void>) {
    const store = yield* Store
    const told = new Set<string>()
    while (true) {
      const runs = yield* store.list({ launch })
      for (const { id, result } of runs.filter(hasEnded)) {
        if (told.has(id)) continue
        told.add(id)
        yield* onEnded(result)
      }
      if (runs.every(hasEnded) || stop.requested() !== null) return runs
      yield* Effect.sleep(lookEvery)
    }
  }
)
