import { assert, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import type { Database, StoreFailed } from "../../../../runtime/run/store/Database.ts"
import { onBoth } from "./databases.ts"

/** Makes a table with every kind of column. */
const makeTable = Effect.fn(function*(database: Database) {
  const [long, strict] = database.dialect === "sqlite" ? ["integer", " strict"] : ["bigint", ""]
  const fraction = database.dialect === "sqlite" ? "real" : "double precision"
  yield* database.change(
    `create table t (id ${long} primary key, whole ${long}, fraction ${fraction}, text text)${strict}`
  )
  // A file without one is taken for another program's.
  if (database.dialect === "sqlite") yield* database.change("pragma user_version = 1")
})

const ids = (database: Database) =>
  Effect.map(database.rows("select id from t order by id"), (rows) => rows.map(({ id }) => id))

const insert = (database: Database, id: number) => database.change("insert into t (id) values ($1)", id)

const isDefect = (exit: Exit.Exit<unknown, unknown>, message: RegExp): void => {
  const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
  assert.isTrue(Cause.hasDies(cause))
  assert.match(Cause.pretty(cause), message)
}

onBoth("a database", (lend) => {
  it.live("gives back what it was given", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      const wholes = fc.oneof(fc.constant(null), fc.maxSafeInteger())
      const fractions = fc.oneof(fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0))
      const texts = fc.oneof(fc.constant(null), fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")))
      const rows = fc.sample(fc.tuple(wholes, fractions, texts), 40)
      for (const [id, [whole, fraction, text]] of rows.entries()) {
        const [row] = yield* database.rows(
          "insert into t (id, text, whole, fraction) values ($1, $4, $2, $3) returning whole, fraction, text, id",
          id, whole, fraction, text
        )
        assert.deepStrictEqual(row, { whole, fraction, text, id })
      }
      const kept = yield* database.rows("select whole, fraction, text from t order by id")
      assert.deepStrictEqual(kept, rows.map(([whole, fraction, text]) => ({ whole, fraction, text })))
    })))

  it.live("counts, sums and compares in numbers", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      const most = Number.MAX_SAFE_INTEGER
      yield* database.change("insert into t (id, whole, text) values ($1, $2, '$1'), (7, null, $3)", 1, most, 7)
      const [row] = yield* database.rows(`
        select count(*) as count, sum(whole) as sum, max(id) / 2 as half, min(text) as text, max(text) as seven,
          count(*) > 1 as many, max(whole) is null as none
        from t where id <> $1 and (whole is not distinct from $2 or $3 = 3)
      `, 5, null, 3)
      assert.deepStrictEqual(row, { count: 2, sum: most, half: 3, text: "$1", seven: "7", many: 1, none: 0 })
    })))

  it.live("counts the rows that were changed", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      assert.strictEqual(yield* database.change("insert into t (id) values (1), (2), (3)"), 3)
      assert.strictEqual(yield* database.change("update t set whole = 1 where id > $1", 1), 2)
      assert.strictEqual(yield* database.change("delete from t where id > $1", 3), 0)
      const taken = yield* database.rows("update t set whole = 2 where id < $1 returning id", 3)
      assert.deepStrictEqual(taken.map(({ id }) => id).toSorted(), [1, 2])
    })))

  it.live("refuses what it cannot read or keep, and says where", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      yield* insert(database, 1)
      const refused: ReadonlyArray<Effect.Effect<unknown, StoreFailed>> = [
        insert(database, 1),
        database.rows("select * from nowhere"),
        database.change("insert into t (id) values ($1); insert into t (id) values (4)", 3),
        database.rows("select 9007199254740993 as much"),
        database.change("insert into t (id, whole) values (5, $1)", "five")
      ]
      for (const statement of refused) {
        const failed = yield* Effect.flip(statement)
        assert.strictEqual(failed._tag, "StoreFailed")
        assert.include(failed.message, database.place)
      }
      for (const number of [NaN, Infinity]) {
        isDefect(yield* Effect.exit(database.rows("select $1 as number", number)), /not a finite number/)
        isDefect(yield* Effect.exit(database.change("insert into t (id, fraction) values (6, $1)", number)), /not a finite/)
      }
      assert.deepStrictEqual(yield* ids(database), [1])
    })))

  it.live("does a transaction as a whole or not at all", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      const sum = yield* database.transaction(Effect.fnUntraced(function*(inside) {
        yield* insert(inside, 1)
        return (yield* insert(inside, 2)) + (yield* ids(inside)).length
      }))
      assert.strictEqual(sum, 3)
      const after = <E>(end: Effect.Effect<never, E>) =>
        database.transaction((inside) => Effect.andThen(insert(inside, 3), end))
      assert.strictEqual(yield* Effect.flip(after(Effect.fail("no"))), "no")
      isDefect(yield* Effect.exit(after(Effect.die(new Error("broken")))), /broken/)
      assert.deepStrictEqual(yield* ids(database), [1, 2])
    })))

  it.live("undoes a transaction that is interrupted, also while it waits for a statement", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      const asleep = (inside: Database) =>
        inside.dialect === "sqlite" ? Effect.never : inside.rows("select pg_sleep(30)")
      for (const last of [() => Effect.never, asleep]) {
        const begun = yield* Deferred.make<void>()
        const fiber = yield* Effect.forkChild(database.transaction(Effect.fnUntraced(function*(inside) {
          yield* insert(inside, 1)
          yield* Deferred.succeed(begun, undefined)
          yield* last(inside)
        })))
        yield* Deferred.await(begun)
        yield* Effect.sleep("20 millis")
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* ids(database), [])
        assert.strictEqual(yield* insert(database, 2), 1)
        assert.strictEqual(yield* database.change("delete from t"), 1)
      }
    })))

  it.live("keeps nothing of a transaction of which a statement failed, though that was caught", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      const failed = yield* Effect.flip(database.transaction(Effect.fnUntraced(function*(inside) {
        yield* insert(inside, 1)
        yield* Effect.ignore(insert(inside, 1))
        assert.match(String(yield* Effect.exit(insert(inside, 2))), /unique/i)
      })))
      assert.match(failed.message, /unique/i)
      assert.deepStrictEqual(yield* ids(database), [])
    })))

  it.live("takes another use of it during a transaction for a mistake", () =>
    lend(Effect.fn(function*(opening) {
      const database = yield* opening
      yield* makeTable(database)
      let kept = database
      yield* database.transaction((inside) => Effect.sync(() => void (kept = inside)))
      isDefect(yield* Effect.exit(insert(kept, 1)), /after its transaction had ended/)
      const uses = [
        (inside: Database) => inside.transaction(() => Effect.void),
        () => database.transaction(() => Effect.void),
        () => insert(database, 1)
      ]
      for (const use of uses) {
        isDefect(yield* Effect.exit(database.transaction((inside) => Effect.andThen(insert(inside, 1), use(inside)))), /transaction/)
      }
      const other = yield* opening
      yield* database.transaction(() => ids(other))
      assert.deepStrictEqual(yield* ids(database), [])
    })))

  it.live("shows a transaction to nobody else before it has ended, and lets nobody else come between", () =>
    lend(Effect.fn(function*(opening) {
      const [one, other] = [yield* opening, yield* opening]
      yield* makeTable(one)
      yield* insert(one, 1)
      const seen = yield* one.transaction(Effect.fnUntraced(function*(inside) {
        yield* insert(inside, 2)
        return [yield* ids(inside), yield* ids(other)]
      }))
      assert.deepStrictEqual(seen, [[1, 2], [1]])

      yield* one.change("update t set whole = 0")
      const add = (database: Database) =>
        database.transaction(Effect.fnUntraced(function*(inside) {
          yield* inside.change("update t set whole = whole + 1")
          yield* Effect.sleep("1 millis")
          yield* inside.change("update t set whole = whole + 1")
        }))
      const both = Array.from({ length: 20 }, (_, index) => add(index % 2 === 0 ? one : other))
      yield* Effect.all(both, { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* one.rows("select whole from t"), [{ whole: 40 }, { whole: 40 }])
    })))
})
