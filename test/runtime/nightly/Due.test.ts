import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Trigger from "../../../dsl/Trigger.ts"
import * as Due from "../../../runtime/nightly/Due.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import { Store } from "../../../runtime/run/Store.ts"

const at = (moment: string): number => Date.parse(moment)
const daily = Trigger.cron("0 3 * * *")

describe("Due", () => {
  it("is due where a time has come since the last launch, and where there was none", () => {
    const now = at("2026-03-10T05:00:00Z")
    const next = at("2026-03-11T03:00:00Z")
    assert.deepStrictEqual(Due.of([daily], at("2026-03-08T12:00:00Z"), now), { due: at("2026-03-10T03:00:00Z"), next })
    assert.deepStrictEqual(Due.of([daily], at("2026-03-10T03:30:00Z"), now), { due: null, next })
    assert.deepStrictEqual(Due.of([daily], null, now), { due: at("2026-03-10T03:00:00Z"), next })
  })

  it("takes the newest and the next of several times, and none of what is not timed", () => {
    const now = at("2026-03-10T05:00:00Z")
    assert.deepStrictEqual(Due.of([daily, Trigger.cron("0 4 * * *"), Trigger.pullRequest], null, now), {
      due: at("2026-03-10T04:00:00Z"),
      next: at("2026-03-11T03:00:00Z")
    })
    assert.deepStrictEqual(Due.of([Trigger.pullRequest], null, now), { due: null, next: null })
  })

  it("makes up for nothing where the trigger does not", () => {
    const strict = Trigger.cron("0 3 * * *", { catchUp: "none" })
    assert.isNull(Due.of([strict], null, at("2026-03-10T05:00:00Z")).due)
    assert.isNotNull(Due.of([strict], null, at("2026-03-10T03:02:00Z")).due)
  })

  it.effect("goes by launches at full length, without an injection", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const launched = (id: string, started: number, changes: { readonly steps?: number; readonly injection?: string }) =>
        store.begin({
          id,
          experiment: "cold",
          started,
          request: {
            file: null,
            steps: changes.steps ?? null,
            engine: "auto",
            injection: changes.injection ?? null,
            expect: [],
            origin: { commit: null, dirty: null, ballast: "0.1.0" }
          },
          runs: [{ id: `${id}-1`, arm: "clip", seed: 0, directory: "/nowhere" }]
        }, Holder.self())
      assert.isNull(yield* Due.lastLaunch("cold"))
      yield* launched("a", 1000, {})
      yield* launched("b", 2000, { steps: 5 })
      yield* launched("c", 3000, { injection: "nan@3" })
      assert.deepInclude(yield* Due.lastLaunch("cold"), { id: "a", started: 1000, trigger: null })
      assert.isNull(yield* Due.lastLaunch("warm"))
    }).pipe(Effect.provide(Store.layerMemory)))
})
