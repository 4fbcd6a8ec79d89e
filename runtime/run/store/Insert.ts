/**
 * Inserting many rows by few statements.
 */
import * as Effect from "effect/Effect"
import type { Database, StoreFailed, Value } from "./Database.ts"

/** SQLite goes through all of a statement's values to find the place of each; PostgreSQL answers every statement. */
const mostValues = 1_000

/** Inserts rows, each with a value for every column, into a table. */
export const many = Effect.fn("Insert.many")(function*(
  database: Database,
  table: string,
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Value>>
): Effect.fn.Return<void, StoreFailed> {
  const atOnce = Math.floor(mostValues / columns.length)
  for (let from = 0; from < rows.length; from += atOnce) {
    const some = rows.slice(from, from + atOnce)
    const places = some.map((_, row) => `(${columns.map((_, column) => `$${row * columns.length + column + 1}`).join(", ")})`)
    yield* database.change(`insert into ${table} (${columns.join(", ")}) values ${places.join(", ")}`, ...some.flat())
  }
})
