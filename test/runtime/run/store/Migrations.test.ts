import { assert, it } from "@effect/vitest"
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
      const asleep: Migration = {
        version: 4,
        // SQLite cannot be interrupted inside of a statement, but between two.
        statements: (dialect) => [
          ...widen.statements(dialect),
          ...dialect === "sqlite" ? Array.from({ length: 100_000 }, () => "update t set size = size + 1") : ["select pg_sleep(2)"]
        ]
      }
      const fiber = yield* Effect.forkChild(migrate(database, [make, asleep]))
      yield* Effect.sleep("200 millis")
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
