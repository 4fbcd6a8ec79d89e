/**
 * The record of launches and runs: one SQLite database a home.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { DatabaseSync } from "node:sqlite"
import { decode, encode } from "../train/EventLog.ts"
import type { RunResult, RunStatus } from "./Result.ts"
import * as RunFolder from "./RunFolder.ts"

/** The database cannot be opened or written; `message` says which, and why. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", { message: Schema.String }) {}

/** One run as the record knows it. `result` is null until it has ended; times are in milliseconds since 1970. */
export interface RunRecord {
  readonly id: string
  readonly launch: string
  readonly experiment: string
  readonly arm: string
  readonly seed: number
  readonly status: RunStatus | "waiting" | "running"
  readonly directory: string
  readonly started: number | null
  readonly ended: number | null
  /** The process that the run belongs to. */
  readonly owner: number
  readonly result: RunResult | null
}

/** A launch before its first run. */
export interface NewLaunch {
  readonly id: string
  readonly experiment: string
  readonly owner: number
  readonly started: number
  readonly runs: ReadonlyArray<Pick<RunRecord, "id" | "arm" | "seed" | "directory">>
}

export interface StoreService {
  readonly begin: (launch: NewLaunch) => Effect.Effect<void, StoreFailed>
  readonly start: (run: string, at: number) => Effect.Effect<void, StoreFailed>
  readonly end: (result: RunResult, at: number) => Effect.Effect<void, StoreFailed>
  /** Lists runs, the newest launch first, its runs in their order. */
  readonly list: Effect.Effect<ReadonlyArray<RunRecord>, StoreFailed>
}

const schema = `
  create table if not exists launches (
    id text primary key,
    experiment text not null,
    owner integer not null,
    started integer not null
  ) strict;
  create table if not exists runs (
    id text primary key,
    launch text not null references launches(id),
    place integer not null,
    arm text not null,
    seed integer not null,
    status text not null,
    directory text not null,
    started integer,
    ended integer,
    result text
  ) strict;
`
/** Raised with every change of the tables. */
const version = 1

interface Row {
  readonly id: string
  readonly launch: string
  readonly experiment: string
  readonly arm: string
  readonly seed: number
  readonly status: RunRecord["status"]
  readonly directory: string
  readonly started: number | null
  readonly ended: number | null
  readonly owner: number
  readonly result: string | null
}

const ownerLives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** A run whose process is gone has ended as its folder says, and was interrupted where that says nothing. */
const recordOf = (row: Row): RunRecord => {
  if (row.result !== null) return { ...row, result: decode(row.result) as RunResult }
  if (ownerLives(row.owner)) return { ...row, result: null }
  const result = RunFolder.result(row.directory)
  return { ...row, status: result?.status ?? "interrupted", result }
}

const open = (file: string): DatabaseSync => {
  // Not imported: a Node that has none must get as far as starting a newer one.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite")
  const database = new DatabaseSync(file, { timeout: 10_000 })
  const { user_version: found } = database.prepare("pragma user_version").get() as { readonly user_version: number }
  const tables = database.prepare("select count(*) as count from sqlite_master").get() as { readonly count: number }
  if (found > version || (found === 0 && tables.count > 0)) {
    database.close()
    throw new Error(found > version ? "it was written by a newer version of Ballast" : "it is another program's database")
  }
  database.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;")
  database.exec(schema)
  database.exec(`pragma user_version = ${version}`)
  return database
}

/** Keeps the record of launches and runs. */
export class Store extends Context.Service<Store, StoreService>()("ballast/Store") {
  /** Opens the record in a file, which is made where it is not there. */
  static readonly layerSqlite = (file: string): Layer.Layer<Store, StoreFailed> =>
    Layer.effect(
      Store,
      Effect.gen(function*() {
        const attempt = <A>(what: string, body: () => A): Effect.Effect<A, StoreFailed> =>
          Effect.try({
            try: body,
            catch: (cause) =>
              new StoreFailed({ message: `${file} ${what}: ${cause instanceof Error ? cause.message : String(cause)}` })
          })
        const database = yield* Effect.acquireRelease(
          attempt("cannot be opened", () => open(file)),
          (database) => Effect.sync(() => database.close())
        )
        const write = (body: () => void): Effect.Effect<void, StoreFailed> =>
          attempt("cannot be written", () => {
            database.exec("begin immediate")
            try {
              body()
              database.exec("commit")
            } catch (cause) {
              database.exec("rollback")
              throw cause
            }
          })
        return Store.of({
          begin: (launch) =>
            write(() => {
              database.prepare("insert into launches (id, experiment, owner, started) values (?, ?, ?, ?)")
                .run(launch.id, launch.experiment, launch.owner, launch.started)
              const insert = database.prepare(
                "insert into runs (id, launch, place, arm, seed, status, directory) values (?, ?, ?, ?, ?, 'waiting', ?)"
              )
              launch.runs.forEach(({ arm, directory, id, seed }, place) =>
                insert.run(id, launch.id, place, arm, seed, directory)
              )
            }),
          start: (run, at) =>
            write(() => {
              database.prepare("update runs set status = 'running', started = ? where id = ?").run(at, run)
            }),
          end: (result, at) =>
            write(() => {
              database.prepare("update runs set status = ?, ended = ?, result = ? where id = ?")
                .run(result.status, at, encode(result), result.id)
            }),
          list: attempt("cannot be read", () =>
            database.prepare(`
              select runs.id, launch, experiment, arm, seed, status, directory, runs.started, ended, owner, result
              from runs join launches on launches.id = launch
              order by launches.started desc, launches.id desc, place
            `).all().map((row) => recordOf(row as unknown as Row)))
        })
      })
    )

  /** Keeps the record in memory alone. */
  static readonly layerMemory: Layer.Layer<Store, StoreFailed> = Store.layerSqlite(":memory:")
}
