/**
 * A relational database, so that one set of statements runs on SQLite and on PostgreSQL.
 *
 * Statements hold `$1`, `$2` ... for their values and write every name in lower case. What the two count, compare and
 * truncate differently a statement leaves out: it casts a value whose type nothing else tells (`cast($1 as bigint)`),
 * compares with null as `is not distinct from`, and asks for `returning` where it needs what it wrote.
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * The database cannot be opened, read or written; `message` says which, why, and what to do. Nothing was changed but
 * where it is `unsure`: then the connection broke in answer to a commit, and whoever asked looks what is there, or asks
 * once more for what may be done twice.
 */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  message: Schema.String,
  unsure: Schema.optionalKey(Schema.Boolean)
}) {}

/** What a column holds: integers and fractions are numbers, a truth is 0 or 1, all else is text. */
export type Value = string | number | null

/** One row, by the names of its columns. */
export type Row = Readonly<Record<string, Value>>

export interface Database {
  readonly dialect: "sqlite" | "postgresql"
  /** Says where it is, without a password. */
  readonly place: string
  /** Runs one statement and lists its rows. */
  readonly rows: (
    statement: string,
    ...values: ReadonlyArray<Value>
  ) => Effect.Effect<ReadonlyArray<Row>, StoreFailed>
  /** Runs one statement and counts the rows that it changed. */
  readonly change: (statement: string, ...values: ReadonlyArray<Value>) => Effect.Effect<number, StoreFailed>
  /**
   * Does `body` as a whole or not at all; statements inside it go through the Database that it is given, and any other
   * use of this one is a defect. One statement that fails fails the whole, also where `body` catches that. `body` is run
   * again from its beginning where nothing of it was kept and the cause may pass, so it does nothing outside of the
   * database that must not be done twice.
   */
  readonly transaction: <A, E>(
    body: (database: Database) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E | StoreFailed>
}
