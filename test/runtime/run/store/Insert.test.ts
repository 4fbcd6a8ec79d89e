import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Database, Value } from "../../../../runtime/run/store/Database.ts"
import * as Insert from "../../../../runtime/run/store/Insert.ts"
import { onBoth } from "./databases.ts"

const columns = ["word", "id", "half"]

/** More values than one statement of either database takes. */
const count = 25_000

const rowsOf = (ids: ReadonlyArray<number>): Array<Array<Value>> =>
  ids.map((id) => [`word ${id}`, id, id % 2 === 0 ? id / 2 : null])

const ids = Array.from({ length: count }, (_, index) => count - index)

const makeTable = (database: Database) =>
  database.change("create table t (id integer primary key, half integer, word text not null)")

const counted = (database: Database) =>
  Effect.map(database.rows("select count(*) as count from t"), ([row]) => row?.["count"])

onBoth("Insert.many", (lend) => {
  it.live("inserts every row once with its own values, however many there are", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      yield* Insert.many(database, "t", columns, [])
      assert.strictEqual(yield* counted(database), 0)
      yield* Insert.many(database, "t", columns, rowsOf(ids))
      const kept = yield* database.rows("select word, id, half from t order by id desc")
      assert.deepStrictEqual(kept.map(({ half, id, word }) => [word, id, half]), rowsOf(ids))
    })))

  it.live("leaves nothing of many inside a transaction where the last one cannot be kept", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      const twice = rowsOf([...ids, count])
      const failed = yield* Effect.flip(database.transaction((database) => Insert.many(database, "t", columns, twice)))
      assert.strictEqual(failed._tag, "StoreFailed")
      assert.strictEqual(yield* counted(database), 0)
    })))
})
