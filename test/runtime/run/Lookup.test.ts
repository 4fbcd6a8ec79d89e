import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Lookup from "../../../runtime/run/Lookup.ts"
import { Store } from "../../../runtime/run/Store.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import { launchOf } from "./launches.ts"

const begin = Effect.fnUntraced(function*(id: string, started: number, runs = 2) {
  const store = yield* Store
  const arms = Array.from({ length: runs }, (_, index) => `arm ${index + 1}`)
  yield* store.begin({ ...launchOf(id, started, arms), experiment: "e" }, Holder.self())
})

const withRuns = <A, E>(body: Effect.Effect<A, E, Store>) =>
  Effect.gen(function*() {
    yield* begin("aab", 1)
    yield* begin("abc", 2)
    return yield* body
  }).pipe(Effect.provide(Store.layerMemory))

const idsOf = ({ asked, launch, runs }: Lookup.FoundLaunch) => [launch.id, runs.length, asked.map(({ id }) => id).join()]

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
      assert.deepStrictEqual(idsOf(yield* Lookup.launch("last")), ["abc", 2, "abc-1,abc-2"])
      assert.deepStrictEqual(idsOf(yield* Lookup.launch("aa")), ["aab", 2, "aab-1,aab-2"])
      assert.deepStrictEqual(idsOf(yield* Lookup.launch("aab-2")), ["aab", 2, "aab-2"])
      assert.match((yield* Effect.flip(Lookup.launch("a"))).message, /begins the ids of 4 runs/)
      assert.match((yield* Effect.flip(Lookup.launch("zzz"))).message, /there is no run or launch "zzz"/)
      assert.deepStrictEqual(idsOf(yield* Lookup.launchOrExperiment("e")), ["abc", 2, "abc-1,abc-2"])
      assert.match(
        (yield* Effect.flip(Lookup.launchOrExperiment("ee"))).message,
        /there is no run, launch or experiment "ee"; the newest are\n {2}abc-1 {2}e,/
      )
    })))

  it.effect("finds what is named in full though others begin so, and takes nothing that is typed for a pattern", () =>
    withRuns(Effect.gen(function*() {
      yield* begin("abcd", 3, 12)
      assert.strictEqual((yield* Lookup.find("abcd-1")).id, "abcd-1")
      assert.deepStrictEqual(idsOf(yield* Lookup.launch("abcd-1")), ["abcd", 12, "abcd-1"])
      assert.deepStrictEqual(idsOf(yield* Lookup.launch("abc")), ["abc", 2, "abc-1,abc-2"])
      assert.match((yield* Effect.flip(Lookup.launch("abcd-"))).message, /begins the ids of 12 runs\n {2}abcd-1 {2}/)
      for (const pattern of ["a%", "%", "a_b-2", "_ab-2", "ABC-1"]) {
        assert.include((yield* Effect.flip(Lookup.find(pattern))).message, `there is no run "${pattern}"`)
        assert.include((yield* Effect.flip(Lookup.launch(pattern))).message, `there is no run or launch "${pattern}"`)
      }
    })))

  it.effect("says how runs come about where there are none", () =>
    Effect.gen(function*() {
      for (const asked of ["last", "a"]) {
        assert.match((yield* Effect.flip(Lookup.find(asked))).message, /npx ballast run FILE/)
        assert.match((yield* Effect.flip(Lookup.launch(asked))).message, /npx ballast run FILE/)
      }
    }).pipe(Effect.provide(Store.layerMemory)))
})
