import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Lookup from "../../../runtime/run/Lookup.ts"
import * as Owner from "../../../runtime/run/Owner.ts"
import { Store } from "../../../runtime/run/Store.ts"

const withRuns = <A, E>(body: Effect.Effect<A, E, Store>) =>
  Effect.gen(function*() {
    const store = yield* Store
    for (const [id, started] of [["aab", 1], ["abc", 2]] as const) {
      const runs = [1, 2].map((place) => ({ id: `${id}-${place}`, arm: `arm ${place}`, seed: 0, directory: "" }))
      const request = { file: null, steps: null, engine: "auto", injection: null, expect: [] } as const
      yield* store.begin({ id, experiment: "e", owner: Owner.self(), started, request, runs })
    }
    return yield* body
  }).pipe(Effect.provide(Store.layerMemory))

describe("Lookup", () => {
  it.effect("finds a run by its id, by a beginning that no other has, and the last of the newest launch", () =>
    withRuns(Effect.gen(function*() {
      assert.strictEqual((yield* Lookup.find("aab-2")).id, "aab-2")
      assert.strictEqual((yield* Lookup.find("last")).id, "abc-2")
      const several = yield* Effect.flip(Lookup.find("a"))
      assert.match(several.message, /begins the ids of 4 runs\n {2}abc-1 {2}e, arm 1, seed 0/)
      const none = yield* Effect.flip(Lookup.find("zzz"))
      assert.match(none.message, /there is no run "zzz"; the newest are\n {2}abc-1/)
    })))

  it.effect("finds a launch by its id, by one of its runs, which alone is asked for then, and the newest", () =>
    withRuns(Effect.gen(function*() {
      const idsOf = ({ asked, launch, runs }: Lookup.FoundLaunch) => [launch.id, runs.length, asked.map(({ id }) => id).join()]
      assert.deepStrictEqual(idsOf(yield* Lookup.launch("last")), ["abc", 2, "abc-1,abc-2"])
      assert.deepStrictEqual(idsOf(yield* Lookup.launch("aa")), ["aab", 2, "aab-1,aab-2"])
      assert.deepStrictEqual(idsOf(yield* Lookup.launch("aab-2")), ["aab", 2, "aab-2"])
      assert.match((yield* Effect.flip(Lookup.launch("a"))).message, /begins the ids of 4 runs/)
      assert.match((yield* Effect.flip(Lookup.launch("zzz"))).message, /there is no run "zzz"/)
    })))

  it.effect("says how runs come about where there are none", () =>
    Effect.gen(function*() {
      const none = yield* Effect.flip(Lookup.find("last"))
      assert.match(none.message, /npx ballast run FILE/)
    }).pipe(Effect.provide(Store.layerMemory)))
})
