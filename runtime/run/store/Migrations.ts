/**
 * Bringing a database to the tables that this version of the program knows.
 */
import * as Effect from "effect/Effect"
import { type Database, StoreFailed } from "./Database.ts"

/** A step from the version before it; `statements` are run one by one. */
export interface Migration {
  readonly version: number
  readonly statements: (dialect: Database["dialect"]) => ReadonlyArray<string>
}

/** Any number does that no other program locks. */
const lock = 4_201_875

const found = Effect.fn("Migrations.found")(function*(database: Database) {
  if (database.dialect === "sqlite") return Number((yield* database.rows("pragma user_version"))[0]?.["user_version"])
  // Not by to_regclass: what that remembers is older than the lock which this may have waited for.
  const [tables] = yield* database.rows(
    "select count(*) as count from pg_tables where schemaname = current_schema() and tablename = 'ballast_schema'"
  )
  if (tables?.["count"] === 0) return 0
  return Number((yield* database.rows("select version from ballast_schema"))[0]?.["version"] ?? 0)
})

const note = Effect.fn("Migrations.note")(function*(database: Database, version: number) {
  if (database.dialect === "sqlite") {
    yield* database.change(`pragma user_version = ${version}`)
  } else {
    yield* database.change("create table if not exists ballast_schema (version integer not null)")
    yield* database.change("delete from ballast_schema")
    yield* database.change("insert into ballast_schema (version) values ($1)", version)
  }
})

const refused = ({ dialect, place }: Database, version: number, newest: number): StoreFailed => {
  const writer = version > newest ? "a newer" : "an older"
  const other = dialect === "sqlite" ? "name another folder with --home" : "name another database"
  return new StoreFailed({
    message: `${place} was written by ${writer} version of Ballast (its tables are of version ${version}, `
      + `this one's of ${newest}): use that version, or ${other}`
  })
}

/** Makes all changes that are still due, or none where one fails; several processes may do so at once. */
export const migrate = Effect.fn("Migrations.migrate")(function*(
  database: Database,
  migrations: ReadonlyArray<Migration>
) {
  const newest = migrations.at(-1)?.version ?? 0
  // Most find nothing to do, and then wait for nobody who writes.
  if ((yield* found(database)) === newest) return
  yield* database.transaction(Effect.fnUntraced(function*(inside) {
    if (inside.dialect === "postgresql") yield* inside.rows(`select pg_advisory_xact_lock(${lock})`)
    const version = yield* found(inside)
    if (version !== 0 && !migrations.some((migration) => migration.version === version)) {
      return yield* refused(inside, version, newest)
    }
    const due = migrations.filter((migration) => migration.version > version)
    for (const statement of due.flatMap(({ statements }) => statements(inside.dialect))) yield* inside.change(statement)
    if (due.length > 0) yield* note(inside, newest)
  }))
})
