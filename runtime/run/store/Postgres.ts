/**
 * The database that several hosts share, on a PostgreSQL server.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Client, ClientConfig, Pool, PoolClient } from "pg"
import { type Database, type Row, StoreFailed, type Value } from "./Database.ts"
import type { Passing } from "./Patience.ts"
import { commitFailureOf, failureOf, isBroken } from "./PostgresFailure.ts"
import { databaseOf, type Session } from "./Session.ts"

export interface Options {
  /** How long a statement goes on trying while the server is away: half a minute, if nothing is said. */
  readonly patience?: Duration.Input
  /** How many connections are held at most: four, if nothing is said. */
  readonly connections?: number
}

/** A server that is away when it is first asked is away for long, or its address is wrong. */
const openingMilliseconds = 5_000

const oldestVersion = 13

/** The driver is loaded where a server is asked, for it takes a while. */
const load = Effect.map(Effect.promise(() => import("pg")), (module) => module.default)

const numbers: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700])
const truth = 16

const numberOf = (text: string): number => {
  const number = Number(text)
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(number)) throw new Error(`${text} is too large a number to be read`)
  return number
}

/** Values as SQLite gives them too: numbers, truths as 0 and 1, all else as the server's text. */
const types: ClientConfig["types"] = {
  getTypeParser: (type: number) => {
    if (numbers.has(type)) return numberOf
    return type === truth ? (text: string) => text === "t" ? 1 : 0 : (text: string) => text
  }
} as ClientConfig["types"]

const configuration = (url: string): ClientConfig => ({
  connectionString: url,
  application_name: "ballast",
  types,
  keepAlive: true,
  connectionTimeoutMillis: 5_000,
  // What a host that vanished leaves unanswered or locked comes to an end.
  query_timeout: 60_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 30_000
})

const placeOf = ({ database, host, port }: Client): string =>
  host.startsWith("/") ? `postgresql:///${database}?host=${host}&port=${port}` : `postgresql://${host}:${port}/${database}`

/** A connection out of the pool, and what is to become of it. */
interface Held {
  readonly client: PoolClient
  pending: number
  broken: boolean
}

const sessionOf = (place: string, held: Held): Session => {
  const ask = async (statement: string, values: ReadonlyArray<Value>) => {
    held.pending++
    try {
      // Extended, so that two statements in one text are refused as they are on SQLite.
      const query = { text: statement, values: [...values], queryMode: "extended" }
      return await held.client.query<Record<string, Value>>(query)
    } catch (cause) {
      held.broken ||= isBroken(cause)
      throw cause
    } finally {
      held.pending--
    }
  }
  const run = (statement: string, values: ReadonlyArray<Value> = [], failure = failureOf) =>
    Effect.tryPromise({ try: () => ask(statement, values), catch: (cause) => failure(place, cause) })
  return {
    rows: (statement, values) => Effect.map(run(statement, values), ({ rows }): ReadonlyArray<Row> => rows),
    change: (statement, values) => Effect.map(run(statement, values), ({ rowCount }) => rowCount ?? 0),
    begin: Effect.asVoid(run("begin")),
    commit: Effect.asVoid(run("commit", [], commitFailureOf)),
    // What still waits for an answer was interrupted: the server undoes the rest when the connection closes.
    rollback: Effect.suspend(() => {
      held.broken ||= held.pending > 0
      return held.broken ? Effect.void : Effect.ignore(run("rollback"))
    })
  }
}

const connect = (pool: Pool, place: string): Effect.Effect<Held, StoreFailed | Passing> =>
  Effect.map(
    Effect.tryPromise({ try: () => pool.connect(), catch: (cause) => failureOf(place, cause) }),
    (client): Held => ({ client, pending: 0, broken: false })
  )

const refuseOld = Effect.fn("Postgres.refuseOld")(function*(database: Database) {
  const [row] = yield* database.rows("select current_setting('server_version_num') as number, version() as name")
  if (Number(row?.["number"]) >= oldestVersion * 10_000) return
  return yield* new StoreFailed({
    message: `${database.place} is ${row?.["name"]}: Ballast needs PostgreSQL ${oldestVersion} or newer`
  })
})

/**
 * Opens the database at an address such as `postgresql://user:password@host:5432/name`.
 *
 * A server that is away is waited for, and what certainly was not kept is done again. Where the connection breaks in
 * answer to a commit nobody can tell, and StoreFailed says so.
 */
export const open = Effect.fn("Postgres.open")(function*(url: string, options: Options = {}) {
  const pg = yield* load
  const { place, pool } = yield* Effect.acquireRelease(
    Effect.try({
      try: () => ({
        place: placeOf(new pg.Client(configuration(url))),
        pool: new pg.Pool({ ...configuration(url), max: options.connections ?? 4 })
      }),
      // The cause may repeat the address, and with it the password.
      catch: () => new StoreFailed({ message: "the database's address is none such as postgresql://user@host:5432/name" })
    }),
    ({ pool }) => Effect.promise(() => pool.end())
  )
  // Whoever uses a connection hears that it broke from the next statement; without these it would end the process.
  pool.on("error", () => undefined)
  pool.on("connect", (client) => client.on("error", () => undefined))
  const session = <A, E>(use: (session: Session) => Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(
      connect(pool, place),
      (held) => use(sessionOf(place, held)),
      (held) => Effect.sync(() => held.client.release(held.broken || held.pending > 0))
    )
  const backend = (whole: number) =>
    databaseOf({ dialect: "postgresql", place, patience: { whole, between: 500 }, session })
  yield* refuseOld(backend(openingMilliseconds))
  return backend(Duration.toMillis(options.patience ?? "30 seconds"))
})
