import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Expect from "../../../dsl/Expect.ts"
import * as Launched from "../../../runtime/run/Launched.ts"
import * as Lookup from "../../../runtime/run/Lookup.ts"
import type { RunResult } from "../../../runtime/run/Result.ts"
import * as Stop from "../../../runtime/run/Stop.ts"
import { Store } from "../../../runtime/run/Store.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import { launchOf, request } from "./launches.ts"
import { failedRun, runResult } from "./results.ts"

const holder = Holder.self()

const end = (result: RunResult) => Effect.flatMap(Store, ({ end }) => end(result, null, { holder, at: 9, reason: null }))

const begin = (expect: ReadonlyArray<Expect.Expect> = []) =>
  Effect.flatMap(Store, ({ begin }) => begin({ ...launchOf("l"), request: { ...request, expect } }, holder))

const expectations = [Expect.diverges("bare"), Expect.finite("clip")]
const [exploded, sound] = [failedRun("NonFinite", { id: "l-1", arm: "bare" }), runResult({ id: "l-2", arm: "clip" })]

const look = TestClock.adjust("1 second")

/** Waits for the launch, and writes down of which ends it hears. */
const waiting = (stop = Stop.make()) => {
  const told: Array<string> = []
  const wait = Launched.wait("l", stop, ({ id }) => Effect.sync(() => void told.push(id)))
  return { told, wait }
}

describe("Launched.resultOf", () => {
  it.effect("judges what was expected by the runs that have ended", () =>
    Effect.gen(function*() {
      yield* begin(expectations)
      const result = Effect.map(Lookup.launch("l"), Launched.resultOf)
      const none = yield* result
      assert.deepStrictEqual([none.format, none.experiment, none.launch], ["ballast.result/1", "coldstart", "l"])
      assert.deepStrictEqual([none.runs, none.verdict], [[], "undecided"])
      yield* end(sound)
      const half = yield* result
      assert.deepStrictEqual(half.runs, [sound])
      assert.deepStrictEqual([half.expectations.map(({ holds }) => holds), half.verdict], [[null, true], "undecided"])
      yield* end(exploded)
      const whole = yield* result
      assert.deepStrictEqual(whole.runs, [exploded, sound])
      assert.deepStrictEqual([whole.expectations.map(({ holds }) => holds), whole.verdict], [[true, true], "holds"])
    }).pipe(Effect.provide(Store.layerMemory)))

  it.effect("fails where one expectation does, and holds where nothing was expected", () =>
    Effect.gen(function*() {
      yield* begin([Expect.finite("bare"), Expect.finite("clip")])
      yield* end(exploded)
      yield* end(runResult({ id: "l-2", arm: "clip", status: "cancelled" }))
      const found = yield* Lookup.launch("l")
      assert.strictEqual(Launched.resultOf(found).verdict, "fails")
      const unexpected = { ...found, launch: { ...found.launch, request } }
      assert.strictEqual(Launched.resultOf(unexpected).verdict, "holds")
    }).pipe(Effect.provide(Store.layerMemory)))
})

describe("Launched.wait", () => {
  it.effect("hears once of every run that ends, until all have", () =>
    Effect.gen(function*() {
      yield* begin()
      const { told, wait } = waiting()
      const waited = yield* Effect.forkChild(wait)
      yield* look
      assert.deepStrictEqual(told, [])
      yield* end(sound)
      yield* look
      yield* look
      assert.deepStrictEqual(told, ["l-2"])
      yield* end(exploded)
      yield* look
      const runs = yield* Fiber.join(waited)
      assert.deepStrictEqual(told, ["l-2", "l-1"])
      assert.deepStrictEqual(runs.map(({ result }) => result), [exploded, sound])
    }).pipe(Effect.provide(Store.layerMemory)))

  it.effect("waits for nothing where all have ended", () =>
    Effect.gen(function*() {
      yield* begin()
      for (const result of [exploded, sound]) yield* end(result)
      const { told, wait } = waiting()
      assert.strictEqual((yield* wait).length, 2)
      assert.deepStrictEqual(told, ["l-1", "l-2"])
    }).pipe(Effect.provide(Store.layerMemory)))

  it.effect("waits no longer than until somebody wishes to stop", () =>
    Effect.gen(function*() {
      yield* begin()
      const stop = Stop.make()
      const { told, wait } = waiting(stop)
      const waited = yield* Effect.forkChild(wait)
      yield* look
      yield* end(sound)
      stop.request("SIGINT")
      yield* look
      const runs = yield* Fiber.join(waited)
      assert.deepStrictEqual(told, ["l-2"])
      assert.deepStrictEqual(runs.map(({ status }) => status), ["waiting", "succeeded"])
    }).pipe(Effect.provide(Store.layerMemory)))
})
