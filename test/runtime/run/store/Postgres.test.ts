import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as path from "node:path"
import type { Database } from "../../../../runtime/run/store/Database.ts"
import * as Postgres from "../../../../runtime/run/store/Postgres.ts"
import { postgresql } from "../../../postgres.ts"
import { cuttingAtCommit, oldServer } from "./wire.ts"

/** Makes a table with one row. */
const makeTable = (database: Database) => database.change("create table t as select 0 as count")

const add = (database: Database) => database.change("update t set count = count + 1")

const count = (database: Database) => Effect.map(database.rows("select count from t"), ([row]) => row?.["count"])

const refusal = (url: string) =>
  Effect.map(Effect.flip(Effect.scoped(Postgres.open(url))), ({ message }) => message)

/** Changes parts of an address. */
const changed = (url: string, parts: Partial<Pick<URL, "hostname" | "password" | "pathname" | "port" | "username">>) =>
  Object.assign(new URL(url), parts).href

describe("Postgres", () => {
  it.live("refuses a server that is too old", () =>
    Effect.scoped(Effect.gen(function*() {
      const message = yield* refusal(yield* oldServer())
      assert.match(message, /^postgresql:\/\/127\.0\.0\.1:\d+\/old is PostgreSQL 12\.22: .*PostgreSQL 13 or newer$/)
    })))

  it.live("refuses what is no address, and does not repeat it", () =>
    Effect.gen(function*() {
      const message = yield* refusal("postgresql://user:secret@host:port/name")
      assert.match(message, /address is none such as postgresql:/)
      assert.notInclude(message, "secret")
    }))

  it("does not load the driver before a server is asked", () => {
    const module = path.resolve(import.meta.dirname, "../../../../runtime/run/store/Postgres.ts")
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", `
      import { registerHooks } from "node:module"
      registerHooks({ load: (url, context, next) => { if (/node_modules.pg\\b/.test(url)) console.log(url); return next(url, context) } })
      const { open } = await import(${JSON.stringify(module)})
      console.log(typeof open)
    `], { encoding: "utf8" })
    assert.strictEqual(stdout, "function\n")
  })
})

postgresql("Postgres", (server) => {
  it.live("says why it cannot be opened, without the password", () =>
    Effect.gen(function*() {
      const { url } = yield* server
      const { password, port } = new URL(url)
      for (
        const [address, expected] of [
          [changed(url, { password: "wrong-secret" }), /it does not let this user in.*password authentication failed/],
          [changed(url, { password: "" }), /it asks for a password/],
          [changed(url, { username: "nobody" }), /it does not let this user in/],
          [changed(url, { pathname: "/nothing" }), new RegExp(`^postgresql://127.0.0.1:${port}/nothing: there is no such database`)],
          [changed(url, { hostname: "nowhere.invalid" }), /there is no such host|could not be made/],
          [changed(url, { port: "1" }), /no server listens there/]
        ] as const
      ) {
        const message = yield* refusal(address)
        assert.match(message, expected)
        assert.notInclude(message, password)
        assert.notInclude(message, "secret")
      }
    }))

  it.live("goes on after a restart of the server, whatever was under way", () =>
    Effect.scoped(Effect.gen(function*() {
      const { database: fresh, restart, start, stop } = yield* server
      const database = yield* Postgres.open(yield* fresh)
      yield* makeTable(database)
      yield* add(database)
      for (const mode of ["fast", "immediate"] as const) {
        yield* restart(mode)
        yield* add(database)
        yield* restart(mode)
        assert.isNumber(yield* count(database))
        let bodies = 0
        yield* database.transaction(Effect.fnUntraced(function*(inside) {
          bodies++
          yield* add(inside)
          if (bodies === 1) yield* restart(mode)
          yield* Effect.ignore(count(inside))
        }))
        assert.strictEqual(bodies, 2)
        yield* stop(mode)
        const late = Effect.andThen(Effect.sleep("200 millis"), start)
        yield* Effect.all([add(database), database.rows("select 1"), late], { concurrency: "unbounded" })
      }
      assert.strictEqual(yield* count(database), 7)
    })))

  it.live("does no statement twice and loses none while the server restarts again and again", () =>
    Effect.scoped(Effect.gen(function*() {
      const { database: fresh, restart } = yield* server
      const database = yield* Postgres.open(yield* fresh)
      yield* makeTable(database)
      yield* database.change("create table done (id integer)")
      let asked = 0
      const sure: Array<number> = []
      const unsure: Array<number> = []
      const adding = Effect.forever(Effect.gen(function*() {
        const id = asked++
        const insert = database.change("insert into done values ($1)", id)
        yield* Effect.match(insert, {
          onSuccess: () => void sure.push(id),
          onFailure: (failed) => {
            assert.isTrue(failed.unsure, failed.message)
            unsure.push(id)
          }
        })
      }))
      const more = Effect.suspend(() => {
        const enough = sure.length + 20
        return Effect.repeat(Effect.sleep("1 millis"), { until: () => sure.length >= enough })
      })
      const restarting = Effect.gen(function*() {
        for (const mode of ["fast", "immediate", "immediate"] as const) {
          yield* more
          yield* restart(mode)
        }
        yield* more
      })
      yield* Effect.race(Effect.all([adding, adding, adding, adding], { concurrency: "unbounded" }), restarting)
      const found = (yield* database.rows("select id from done order by id")).map(({ id }) => Number(id))
      assert.strictEqual(new Set(found).size, found.length)
      assert.deepStrictEqual(sure.filter((id) => !found.includes(id)), [])
      assert.isAtMost(unsure.length, 12)
    })))

  it.live("says where nobody can tell whether a change was kept, and makes it no second time", () =>
    Effect.scoped(Effect.gen(function*() {
      const url = yield* (yield* server).database
      const database = yield* Postgres.open(url)
      yield* makeTable(database)
      const cut = yield* Postgres.open(yield* cuttingAtCommit(url))
      const failed = yield* Effect.flip(add(cut))
      assert.isTrue(failed.unsure)
      assert.match(failed.message, /it is not known whether it was: look what is there/)
      assert.strictEqual(yield* count(cut), 1)
    })))

  it.live("gives up where the server stays away", () =>
    Effect.scoped(Effect.gen(function*() {
      const { database: fresh, start, stop } = yield* server
      const database = yield* Postgres.open(yield* fresh, { patience: "300 millis" })
      yield* stop("fast")
      const failed = yield* Effect.ensuring(Effect.flip(database.rows("select 1")), start)
      assert.match(failed.message, /no server listens there|the connection broke/)
      assert.include(failed.message, database.place)
      assert.deepStrictEqual(yield* database.rows("select 1 as one"), [{ one: 1 }])
    })))

  it.live("does again what the server undid for another's sake", () =>
    Effect.scoped(Effect.gen(function*() {
      const database = yield* Postgres.open(yield* (yield* server).database)
      yield* database.change("create table t as select id, 0 as count from generate_series(1, 2) id")
      const update = "update t set count = count + 1 where id = $1"
      const crossing = (one: number, other: number) =>
        database.transaction(Effect.fnUntraced(function*(inside) {
          yield* inside.change(update, one)
          yield* Effect.sleep("50 millis")
          yield* inside.change(update, other)
        }))
      yield* Effect.all([crossing(1, 2), crossing(2, 1)], { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* database.rows("select count from t"), [{ count: 2 }, { count: 2 }])
    })))

  it.live("lends its connections in turn where more is asked than there are", () =>
    Effect.scoped(Effect.gen(function*() {
      const database = yield* Postgres.open(yield* (yield* server).database, { connections: 2 })
      yield* makeTable(database)
      const read = Effect.map(
        database.rows("select count(*) as count from pg_stat_activity where datname = current_database() and pg_sleep(0.01) is not null"),
        ([row]) => Number(row?.["count"])
      )
      const seen = yield* Effect.all(Array.from({ length: 20 }, () => read), { concurrency: "unbounded" })
      assert.isAtMost(Math.max(...seen), 2)
    })))
})
