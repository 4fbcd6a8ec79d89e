import { assert, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Database } from "../../../../runtime/run/store/Database.ts"
import { migrate, type Migration } from "../../../../runtime/run/store/Migrations.ts"
import { onBoth } from "./databases.ts"

const make: Migration = {
  version: 3,
  statements: (dialect) => [
    `create table t (text text)${dialect === "sqlite" ? " strict" : ""}`,
    "insert into t values ('kept')"
  ]
}

const widen: Migration = {
  version: 4,
  statements: () => ["alter table t add column size integer", "update t set size = 4"]
}

/** Changes what is there, and then names a table that is not. */
const broken: Migration = { version: 4, statements: () => [...widen.statements("sqlite"), "insert into nowhere values (1)"] }

/** A database that never goes on from the last of so many changes in a transaction. */
const stoppingAfter = (database: Database, changes: number, changed: Deferred.Deferred<void>): Database => ({
  ...database,
  transaction: (body) =>
    database.transaction((inside) => {
      let left = changes
      return body({
        ...inside,
        change: Effect.fnUntraced(function*(statement, ...values) {
          const count = yield* inside.change(statement, ...values)
          if (--left > 0) return count
          yield* Deferred.succeed(changed, undefined)
          return yield* Effect.never
        })
      })
    })
})

const content = (database: Database) => database.rows("select * from t")

onBoth("Migrations", (lend) => {
  it.live("makes what is missing, in order and once", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* migrate(database, [make])
      yield* migrate(database, [make])
      assert.deepStrictEqual(yield* content(database), [{ text: "kept" }])
      yield* migrate(yield* opening, [make, widen])
      assert.deepStrictEqual(yield* content(database), [{ text: "kept", size: 4 }])
      yield* migrate(database, [make, widen])
      assert.deepStrictEqual(yield* content(database), [{ text: "kept", size: 4 }])
    })))

  it.live("is done once where several begin at the same time", () =>
    lend(Effect.fn(function*(opening) {
      const databases = yield* Effect.all([opening, opening, opening, opening])
      yield* Effect.all(databases.map((database) => migrate(database, [make, widen])), { concurrency: "unbounded" })
      for (const database of databases) {
        assert.deepStrictEqual(yield* content(database), [{ text: "kept", size: 4 }])
      }
    })))

  it.live("leaves all as it was where it fails halfway, and can be done again", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* migrate(database, [make])
      const failed = yield* Effect.flip(migrate(database, [make, broken]))
      assert.match(failed.message, /nowhere/)
      assert.deepStrictEqual(yield* content(yield* opening), [{ text: "kept" }])
      yield* migrate(database, [make, widen])
      assert.deepStrictEqual(yield* content(database), [{ text: "kept", size: 4 }])
    })))

  it.live("leaves nothing behind where the first fails", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* Effect.flip(migrate(database, [make, broken]))
      yield* Effect.flip(content(database))
      yield* migrate(yield* opening, [make])
      assert.deepStrictEqual(yield* content(database), [{ text: "kept" }])
    })))

  it.live("leaves all as it was where it is interrupted", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* migrate(database, [make])
      const changed = yield* Deferred.make<void>()
      const endless = stoppingAfter(database, widen.statements(database.dialect).length, changed)
      const fiber = yield* Effect.forkChild(migrate(endless, [make, widen]))
      yield* Deferred.await(changed)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* content(database), [{ text: "kept" }])
      yield* migrate(yield* opening, [make, widen])
      assert.deepStrictEqual(yield* content(database), [{ text: "kept", size: 4 }])
    })))

  it.live("refuses tables of a newer version, and of one that nothing leads on from", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* migrate(database, [make, widen])
      const newer = yield* Effect.flip(migrate(database, [make]))
      assert.match(newer.message, /was written by a newer version of Ballast .*version 4.*of 3.*name another/)
      assert.include(newer.message, database.place)
      const older = yield* Effect.flip(migrate(database, [{ ...widen, version: 5 }]))
      assert.match(older.message, /was written by an older version of Ballast .*name another/)
      assert.deepStrictEqual(yield* content(database), [{ text: "kept", size: 4 }])
    })))
})
