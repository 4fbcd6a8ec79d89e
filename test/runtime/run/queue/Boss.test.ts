import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { randomUUID } from "node:crypto"
import * as Boss from "../../../../runtime/run/queue/Boss.ts"
import type { Leased, Waiting } from "../../../../runtime/run/queue/Broker.ts"
import * as Owner from "../../../../runtime/run/Owner.ts"
import { Tables } from "../../../../runtime/run/store/Tables.ts"
import { postgresql } from "../../../postgres.ts"

const t0 = Date.UTC(2026, 5, 1)

const waiting = (run: string, place: number, again = false): Waiting => ({ run, demand: "d", delivery: randomUUID(), place, again })

postgresql("Boss", (server) => {
  it.live("says why it cannot be opened, without the password", () =>
    Effect.gen(function*() {
      const { url } = yield* server
      const { password } = new URL(url)
      const changed = (parts: Partial<Pick<URL, "password" | "pathname">>) => Object.assign(new URL(url), parts).href
      for (
        const [address, expected] of [
          [changed({ password: "wrong-secret" }), /^the place: it does not let this user in.*password authentication failed/],
          [changed({ pathname: "/nothing" }), /^the place: there is no such database/],
          [`postgresql://ballast:${password}@127.0.0.1:port/secret`, /^the place: /]
        ] as const
      ) {
        const { message } = yield* Effect.flip(Effect.scoped(Boss.open(address, "the place", { tends: false })))
        assert.match(message, expected)
        assert.notInclude(message, password)
        assert.notInclude(message, "secret")
      }
    }))

  it.live("knows at once that a worker of this machine is gone, and waits for the heartbeat of any other", () =>
    Effect.scoped(Effect.gen(function*() {
      const url = yield* (yield* server).database
      yield* Effect.gen(function*() {
        const database = yield* Tables
        const broker = yield* Boss.open(url, database.place, { tends: false })
        const runs = [waiting("here", t0), waiting("there", t0 + 1)]
        yield* broker.put(database, runs)
        const self = Owner.self()
        const dead = { ...self, born: `${self.born}1`, lease: "l" }
        const holders = new Map([["here", dead], ["there", { ...dead, host: `${self.host}-2` }]])
        const leased: Array<Leased> = []
        for (const _ of runs) {
          const taken = yield* broker.take(database, "d")
          if (taken !== null) leased.push({ ...taken, holder: holders.get(taken.run) ?? dead, beat: t0 })
        }
        assert.strictEqual(leased.length, 2)
        assert.deepStrictEqual([...yield* broker.lost(database, leased, t0)], ["here"])
      }).pipe(Effect.provide(Tables.layerPostgres(url)))
    })))

  it.live("hands out the first by its place, and of those of one second what was handed out before", () =>
    Effect.scoped(Effect.gen(function*() {
      const url = yield* (yield* server).database
      yield* Effect.gen(function*() {
        const database = yield* Tables
        const broker = yield* Boss.open(url, database.place, { tends: false })
        assert.isNull(yield* broker.take(database, "d"))
        yield* broker.put(database, [])
        const second = 1_000
        yield* broker.put(database, [waiting("late", t0 + 9 * second), waiting("one", t0), waiting("two", t0)])
        yield* broker.put(database, [waiting("again", t0 + 400, true), waiting("old", t0 - 10 * 365 * 24 * 3600 * second)])
        yield* broker.put(database, [waiting("far", t0 + 40 * 365 * 24 * 3600 * second)])
        const order = yield* Effect.forEach(Array.from({ length: 7 }), () => broker.take(database, "d"))
        assert.deepStrictEqual(order.map((delivered) => delivered?.run), ["old", "again", "one", "two", "late", "far", undefined])
        assert.isNull(yield* broker.take(database, "another"))
      }).pipe(Effect.provide(Tables.layerPostgres(url)))
    })))

  it.live("has a job neither end nor be forgotten because a run takes long or waits for long", () =>
    Effect.scoped(Effect.gen(function*() {
      const { database: fresh, query } = yield* server
      const url = yield* fresh
      yield* Effect.gen(function*() {
        const database = yield* Tables
        const broker = yield* Boss.open(url, database.place, { tends: false })
        yield* broker.put(database, [waiting("one", t0)])
        yield* broker.take(database, "d")
        const rows = yield* query(
          `select keep_until > now() + interval '50 years' as kept, expire_seconds > 50 * 365 * 24 * 3600 as long,
            heartbeat_seconds, retry_limit from ballast_queue.job`,
          url
        )
        assert.deepStrictEqual(rows, [{ kept: true, long: true, heartbeat_seconds: 10, retry_limit: 0 }])
      }).pipe(Effect.provide(Tables.layerPostgres(url)))
    })))

  it.live("waits for a server that is away, also with what it has connections of its own for", () =>
    Effect.scoped(Effect.gen(function*() {
      const { database: fresh, start, stop } = yield* server
      const url = yield* fresh
      yield* Effect.gen(function*() {
        const database = yield* Tables
        const broker = yield* Boss.open(url, database.place, { tends: true })
        yield* stop("immediate")
        const put = yield* Effect.forkChild(broker.put(database, [waiting("one", t0)]))
        yield* Effect.sleep("200 millis")
        yield* start
        yield* Fiber.join(put)
        assert.strictEqual((yield* broker.take(database, "d"))?.run, "one")
      }).pipe(Effect.provide(Tables.layerPostgres(url)))
    })))

  it.live("goes on after a restart of the server, also with what it has connections of its own for", () =>
    Effect.scoped(Effect.gen(function*() {
      const { database: fresh, restart } = yield* server
      const url = yield* fresh
      yield* Effect.gen(function*() {
        const database = yield* Tables
        const broker = yield* Boss.open(url, database.place, { tends: true })
        yield* restart("immediate")
        const one = waiting("one", t0)
        yield* broker.put(database, [one])
        yield* restart("immediate")
        const { again: _, place: __, ...delivered } = one
        assert.deepStrictEqual(yield* broker.take(database, "d"), delivered)
        yield* restart("immediate")
        assert.isTrue(yield* broker.touch(database, delivered))
        yield* restart("immediate")
        const holder = { host: "h", pid: 1, born: null, lease: "l" }
        assert.deepStrictEqual(yield* broker.lost(database, [{ ...delivered, holder, beat: t0 }], t0 + 60_000), [])
        yield* restart("immediate")
        yield* broker.settle(database, delivered)
        assert.isFalse(yield* broker.touch(database, delivered))
        assert.deepStrictEqual(yield* broker.lost(database, [{ ...delivered, holder, beat: t0 }], t0 + 60_000), ["one"])
      }).pipe(Effect.provide(Tables.layerPostgres(url)))
    })))
})
