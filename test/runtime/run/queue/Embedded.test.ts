import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Leased, patience } from "../../../../runtime/run/queue/Broker.ts"
import * as Embedded from "../../../../runtime/run/queue/Embedded.ts"
import * as Owner from "../../../../runtime/run/Owner.ts"
import * as Sqlite from "../../../../runtime/run/store/Sqlite.ts"
import { gone } from "../launches.ts"

const t0 = Date.UTC(2026, 5, 1)

const leased = (run: string, beat: number, owner: Owner.Owner): Leased => ({
  run,
  demand: "d",
  delivery: run,
  holder: { ...owner, lease: run },
  beat
})

const looks = Effect.fnUntraced(function*(runs: ReadonlyArray<Leased>, ...times: ReadonlyArray<number>) {
  const database = yield* Sqlite.open(":memory:")
  const broker = Embedded.make()
  return yield* Effect.forEach(times, (now) => broker.lost(database, runs, now))
}, Effect.scoped)

describe("Embedded", () => {
  it.effect("knows at once that a process is gone, and takes one for lost that is not heard of", () =>
    Effect.gen(function*() {
      const runs = [leased("gone", t0, gone()), leased("paused", t0, Owner.self()), leased("well", t0 + patience, Owner.self())]
      assert.deepStrictEqual(yield* looks(runs, t0), [["gone"]])
      assert.deepStrictEqual(yield* looks(runs, t0 + patience), [["gone"]])
      assert.deepStrictEqual(yield* looks(runs, t0 + patience + 1), [["gone", "paused"]])
    }))

  it.effect("knows of another host's process by what is heard of it alone", () =>
    Effect.gen(function*() {
      const runs = [leased("elsewhere", t0, { ...gone(), host: "another-host" })]
      assert.deepStrictEqual(yield* looks(runs, t0 + patience, t0 + patience + 1), [[], ["elsewhere"]])
    }))

  it.effect("gives those that slept with it the time to be heard of again", () =>
    Effect.gen(function*() {
      const runs = [leased("paused", t0, Owner.self()), leased("gone", t0, gone())]
      const hours = 3 * 60 * 60 * 1000
      const awake = [1, 2, 3].map((look) => t0 + hours + look * patience / 2)
      assert.deepStrictEqual(yield* looks(runs, t0, t0 + hours, ...awake), [
        ["gone"],
        ["gone"],
        ["gone"],
        ["gone"],
        ["paused", "gone"]
      ])
    }))
})
