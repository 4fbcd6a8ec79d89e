/**
 * The record of launches and runs: one SQLite database a home.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { DatabaseSync } from "node:sqlite"
import type { Expect } from "../../dsl/Expect.ts"
import type { Choice } from "../engine/Engines.ts"
import { decode, encode } from "../train/EventLog.ts"
import * as Owner from "./Owner.ts"
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
  readonly owner: Owner.Owner
  /** The number of the attempt whose results count; 0 before the first. */
  readonly attempt: number
  readonly result: RunResult | null
}

/** What a launch was asked for, so that another process can finish it. */
export interface Request {
  /** The experiment's file, absolute; null where a program gave the experiment. */
  readonly file: string | null
  readonly steps: number | null
  readonly engine: Choice
  /** As it is typed; null for none. */
  readonly injection: string | null
  /** What was expected of it. */
  readonly expect: ReadonlyArray<Expect>
}

/** A launch as the record knows it; which arms and seeds it has, its runs say. */
export interface LaunchRecord {
  readonly id: string
  readonly experiment: string
  readonly owner: Owner.Owner
  readonly started: number
  readonly request: Request
}

/** A launch before its first run. */
export interface NewLaunch extends LaunchRecord {
  readonly runs: ReadonlyArray<Pick<RunRecord, "id" | "arm" | "seed" | "directory">>
}

/** An attempt whose results are to count, and no others. Whoever does not know the token writes nothing. */
export interface Accepted {
  readonly attempt: number
  readonly token: string
}

export interface StoreService {
  readonly begin: (launch: NewLaunch) => Effect.Effect<void, StoreFailed>
  /**
   * Gives a launch to another process, which is to make some of its runs anew or further; false where it does not belong
   * to `from` any more.
   */
  readonly take: (
    launch: string,
    owners: { readonly from: Owner.Owner; readonly to: Owner.Owner },
    runs: ReadonlyArray<string>
  ) => Effect.Effect<boolean, StoreFailed>
  /** Lets an attempt's results count; false where the launch does not belong to `owner`. */
  readonly accept: (
    run: string,
    accepted: Accepted,
    options: { readonly owner: Owner.Owner; readonly at: number }
  ) => Effect.Effect<boolean, StoreFailed>
  /** Keeps what came of a run; false where `token` is not that of the attempt whose results count, null before the first. */
  readonly end: (result: RunResult, token: string | null, at: number) => Effect.Effect<boolean, StoreFailed>
  /** Lists runs, the newest launch first, its runs in their order. */
  readonly list: Effect.Effect<ReadonlyArray<RunRecord>, StoreFailed>
  /** Finds a launch by its id; null where there is none. */
  readonly launch: (id: string) => Effect.Effect<LaunchRecord | null, StoreFailed>
}

const schema = `
  create table if not exists launches (
    id text primary key,
    experiment text not null,
    owner integer not null,
    born text,
    started integer not null,
    request text not null
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
    attempt integer not null default 0,
    token text,
    result text
  ) strict;
`
/** Raised with every change of the tables. */
const version = 2

interface Owned {
  readonly owner: number
  readonly born: string | null
}

interface Row extends Owned, Omit<RunRecord, "owner" | "result"> {
  readonly result: string | null
}

interface LaunchRow extends Owned, Omit<LaunchRecord, "owner" | "request"> {
  readonly request: string
}

/** A run whose process is gone has ended as its folder says, and was interrupted where that says nothing. */
const recordOf = ({ born, owner: pid, result: kept, ...row }: Row): RunRecord => {
  const owner = { pid, born }
  if (kept !== null) return { ...row, owner, result: decode(kept) as RunResult }
  if (Owner.lives(owner)) return { ...row, owner, result: null }
  const result = RunFolder.result(row.directory)
  return { ...row, owner, status: result?.status ?? "interrupted", result }
}

const launchOf = ({ born, owner, request, ...row }: LaunchRow): LaunchRecord => ({
  ...row,
  owner: { pid: owner, born },
  request: decode(request) as Request
})

const open = (file: string): DatabaseSync => {
  // Not imported: a Node that has none must get as far as starting a newer one.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite")
  const database = new DatabaseSync(file, { timeout: 10_000 })
  const { user_version: found } = database.prepare("pragma user_version").get() as { readonly user_version: number }
  const tables = database.prepare("select count(*) as count from sqlite_master").get() as { readonly count: number }
  const foreign = found === 0 && tables.count > 0
  if (foreign || (found !== version && found !== 0)) {
    database.close()
    const writer = `${found > version ? "a newer" : "an older"} version of Ballast`
    const other = `it was written by ${writer}: name another folder with --home`
    throw new Error(foreign ? "it is another program's database" : other)
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
        const execute = (statement: string, ...values: ReadonlyArray<string | number | null>): boolean =>
          Number(database.prepare(statement).run(...values).changes) > 0
        /** Writes, and says whether anything was changed. */
        const change = (body: () => boolean): Effect.Effect<boolean, StoreFailed> => {
          let changed = false
          return Effect.map(
            write(() => {
              changed = body()
            }),
            () => changed
          )
        }
        return Store.of({
          begin: (launch) =>
            write(() => {
              const { experiment, id, owner, request, started } = launch
              database.prepare("insert into launches (id, experiment, owner, born, started, request) values (?, ?, ?, ?, ?, ?)")
                .run(id, experiment, owner.pid, owner.born, started, encode(request))
              const insert = database.prepare(
                "insert into runs (id, launch, place, arm, seed, status, directory) values (?, ?, ?, ?, ?, 'waiting', ?)"
              )
              launch.runs.forEach(({ arm, directory, id, seed }, place) =>
                insert.run(id, launch.id, place, arm, seed, directory)
              )
            }),
          take: (launch, { from, to }, runs) =>
            change(() => {
              const taken = execute(
                "update launches set owner = ?, born = ? where id = ? and owner = ? and born is ?",
                to.pid, to.born, launch, from.pid, from.born
              )
              // Whoever looks now sees that somebody is at them.
              for (const run of taken ? runs : []) {
                execute("update runs set status = 'waiting', ended = null, result = null where id = ? and launch = ?", run, launch)
              }
              return taken
            }),
          accept: (run, { attempt, token }, { at, owner }) =>
            change(() =>
              execute(
                `update runs set status = 'running', started = coalesce(started, ?), ended = null, result = null,
                  attempt = ?, token = ?
                where id = ? and attempt < ? and exists
                  (select 1 from launches where id = launch and owner = ? and born is ?)`,
                at, attempt, token, run, attempt, owner.pid, owner.born
              )
            ),
          end: (result, token, at) =>
            change(() =>
              execute(
                "update runs set status = ?, ended = ?, result = ? where id = ? and token is ?",
                result.status, at, encode(result), result.id, token
              )
            ),
          launch: (id) =>
            attempt("cannot be read", () => {
              const row = database
                .prepare("select id, experiment, owner, born, started, request from launches where id = ?")
                .get(id)
              return row === undefined ? null : launchOf(row as unknown as LaunchRow)
            }),
          list: attempt("cannot be read", () =>
            database.prepare(`
              select runs.id, launch, experiment, arm, seed, status, directory, runs.started, ended, owner, born, attempt,
                result
              from runs join launches on launches.id = launch
              order by launches.started desc, launches.id desc, place
            `).all().map((row) => recordOf(row as unknown as Row)))
        })
      })
    )

  /** Keeps the record in memory alone. */
  static readonly layerMemory: Layer.Layer<Store, StoreFailed> = Store.layerSqlite(":memory:")
}
