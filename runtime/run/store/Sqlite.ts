/**
 * The database in a file of this host, which several processes may have open.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { DatabaseSync, StatementSync } from "node:sqlite"
import * as Words from "../../../dsl/Words.ts"
import { type Row, StoreFailed, type Value } from "./Database.ts"
import { Passing, type Patience, patiently } from "./Patience.ts"
import { databaseOf, type Session } from "./Session.ts"

/** How long SQLite itself waits for a lock; this process does nothing else meanwhile. */
const blockedMilliseconds = 5

export interface Options {
  /** How long a statement waits for other processes that write: ten seconds, if nothing is said. */
  readonly patience?: Duration.Input
}

const keptStatements = 200

const kept = "What was recorded before is kept"
const busy = "another process writes to it and does not come to an end: look for one that hangs, then try again"

/** What the result codes that people can do something about mean, and what to do. */
const meanings: ReadonlyMap<number, string> = new Map([
  [3, "it may not be read or written: change who may, or name another folder with --home"],
  [5, busy],
  [6, busy],
  [8, "it may only be read: make the file and its folder writable, or name another folder with --home"],
  [10, `its disk does not read or write as it should: see that it has free space and is in order. ${kept}`],
  [11, "the file is damaged: move it away together with its -wal file, and save what it holds with `sqlite3 FILE .recover`"],
  [13, `the disk is full: free some space, then try again. ${kept}`],
  [14, "it cannot be opened: see that its folder is there and may be written to, or name another folder with --home"],
  [26, "the file is no database: move it away, or name another folder with --home"]
])

const passing: ReadonlySet<number> = new Set([5, 6])

interface SqliteError {
  readonly errcode: number
  readonly message: string
}

const isSqliteError = (cause: unknown): cause is SqliteError =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number"

const failureOf = (file: string, cause: unknown): StoreFailed | Passing => {
  const said = Words.reasonOf(cause)
  const code = isSqliteError(cause) ? cause.errcode & 0xff : null
  const meaning = code === null ? undefined : meanings.get(code)
  const failed = new StoreFailed({ message: `${file}: ${meaning === undefined ? said : `${meaning} (${said})`}` })
  return code !== null && passing.has(code) ? new Passing({ failed }) : failed
}

const attempt = <A>(file: string, body: () => A): Effect.Effect<A, StoreFailed | Passing> =>
  Effect.try({ try: body, catch: (cause) => failureOf(file, cause) })

const connect = (file: string): DatabaseSync => {
  // Not imported: a Node that has none must get as far as starting a newer one.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite")
  const database = new DatabaseSync(file, { timeout: blockedMilliseconds })
  try {
    const { user_version: version } = database.prepare("pragma user_version").get() as { readonly user_version: number }
    const tables = database.prepare("select count(*) as count from sqlite_master").get() as { readonly count: number }
    if (version === 0 && tables.count > 0) {
      throw new Error("it is another program's database: name another folder with --home")
    }
    const { journal_mode: mode } = database.prepare("pragma journal_mode = wal").get() as { readonly journal_mode: string }
    if (mode !== "wal" && mode !== "memory") {
      throw new Error("its file system has no memory that processes share: name a folder on a local disk with --home")
    }
    database.exec("pragma synchronous = normal; pragma foreign_keys = on")
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Whole numbers go as such: a column of text would keep `7` as "7.0", and a division would not truncate. */
const bound = (values: ReadonlyArray<Value>): Record<string, string | number | bigint | null> =>
  Object.fromEntries(values.map((value, index) => [
    `$${index + 1}`,
    typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value
  ]))

const sessionOf = (file: string, database: DatabaseSync): Session => {
  const statements = new Map<string, StatementSync>()
  const prepared = (statement: string): StatementSync => {
    const known = statements.get(statement)
    if (known !== undefined) return known
    if (statements.size === keptStatements) statements.clear()
    const made = database.prepare(statement)
    // SQLite reads as far as the first ends, and PostgreSQL refuses both.
    if (statement.slice(made.sourceSQL.length).trim() !== "") throw new Error("there are two statements in one text")
    statements.set(statement, made)
    return made
  }
  const run = (statement: string) => attempt(file, () => void prepared(statement).run())
  return {
    // Its rows have no prototype, those of PostgreSQL have.
    rows: (statement, values) =>
      attempt(file, () => prepared(statement).all(bound(values)).map((row) => ({ ...row }) as Row)),
    change: (statement, values) => attempt(file, () => Number(prepared(statement).run(bound(values)).changes)),
    begin: run("begin immediate"),
    commit: run("commit"),
    // A full disk, for one, has SQLite roll back by itself.
    rollback: Effect.sync(() => {
      if (database.isTransaction) database.exec("rollback")
    })
  }
}

/** Opens a file, which is made where it is not there; `:memory:` is kept in memory alone. */
export const open = Effect.fn("Sqlite.open")(function*(file: string, options: Options = {}) {
  const patience: Patience = { whole: Duration.toMillis(options.patience ?? "10 seconds"), between: 25 }
  const database = yield* Effect.acquireRelease(
    patiently(attempt(file, () => connect(file)), patience),
    (database) => Effect.sync(() => database.close())
  )
  const session = sessionOf(file, database)
  const alone = yield* Semaphore.make(1)
  return databaseOf({
    dialect: "sqlite",
    place: file,
    patience,
    session: (use) => alone.withPermit(use(session))
  })
})
