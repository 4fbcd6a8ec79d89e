/**
 * The record of launches and runs.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Expect } from "../../dsl/Expect.ts"
import type { Choice } from "../engine/Engines.ts"
import { decode, encode } from "../train/EventLog.ts"
import type { AttemptResult, RunResult } from "./Result.ts"
import type { Database, StoreFailed, Value } from "./store/Database.ts"
import * as Holder from "./store/Holder.ts"
import * as Incidents from "./store/Incidents.ts"
import * as Listing from "./store/Listing.ts"
import { Tables } from "./store/Tables.ts"

/** The commit that an experiment comes from, what was changed since, and the version of Ballast that has planned it. */
export interface Origin {
  readonly commit: string | null
  readonly dirty: string | null
  readonly ballast: string
}

/** What a launch was asked for, so that another process can finish it. */
export interface Request {
  /** The experiment's file, absolute; null where a program gave the experiment, or a revision, whose files are not run. */
  readonly file: string | null
  readonly steps: number | null
  readonly engine: Choice
  /** As it is typed; null for none. */
  readonly injection: string | null
  /** What was expected of it. */
  readonly expect: ReadonlyArray<Expect>
  readonly origin: Origin
}

/** A launch as the record knows it; which arms and seeds it has, its runs say. */
export interface LaunchRecord {
  readonly id: string
  readonly experiment: string
  readonly started: number
  readonly request: Request
  /** Its arms as they were put into the queue; null where it never was in it. */
  readonly arms: unknown
  /** The id of the trigger that has made it; null where somebody has. */
  readonly trigger: string | null
}

/** A launch before its first run. */
export interface NewLaunch extends Omit<LaunchRecord, "arms" | "trigger"> {
  readonly runs: ReadonlyArray<Pick<Listing.RunRecord, "id" | "arm" | "seed" | "directory">>
}

/** An attempt whose results are to count, and no others. Whoever does not know the token writes nothing. */
export interface Accepted {
  readonly attempt: number
  readonly token: string
}

/** A run and whom it belongs to. */
export interface Held {
  readonly id: string
  readonly holder: Holder.Holder
}

export interface StoreService {
  /** Records a launch whose runs belong to `holder`. */
  readonly begin: (launch: NewLaunch, holder: Holder.Holder) => Effect.Effect<void, StoreFailed>
  /**
   * Gives runs to another process, which is to make them anew or further; gives none and returns false where one of them
   * does not belong to whom it is said to belong to any more.
   */
  readonly take: (
    runs: ReadonlyArray<Pick<Listing.RunRecord, "id" | "holder">>,
    to: Holder.Holder
  ) => Effect.Effect<boolean, StoreFailed>
  /** Lets an attempt's results count; false where the run does not belong to `holder`. */
  readonly accept: (
    run: string,
    accepted: Accepted,
    options: { readonly holder: Holder.Holder; readonly at: number }
  ) => Effect.Effect<boolean, StoreFailed>
  /** Keeps how an attempt stands, and what was found out about its fault; false where `token` is not the one that counts. */
  readonly keep: (run: Held, attempt: AttemptResult, token: string | null, at: number) => Effect.Effect<boolean, StoreFailed>
  /**
   * Keeps what came of a run; false where it does not belong to `holder`, or `token` is not that of the attempt whose
   * results count, null before the first. `reason` is why it was cancelled.
   */
  readonly end: (
    result: RunResult,
    token: string | null,
    options: { readonly holder: Holder.Holder; readonly at: number; readonly reason: string | null }
  ) => Effect.Effect<boolean, StoreFailed>
  /** Lists runs, the newest launch first, its runs in their order. */
  readonly list: (filter?: Listing.Filter) => Effect.Effect<ReadonlyArray<Listing.RunRecord>, StoreFailed>
  /** Lists faults, the newest first. */
  readonly incidents: (filter: Incidents.Filter) => Effect.Effect<ReadonlyArray<Incidents.IncidentRecord>, StoreFailed>
  /** Finds a launch by its id; null where there is none. */
  readonly launch: (id: string) => Effect.Effect<LaunchRecord | null, StoreFailed>
}

const incidentOf = ({ diagnosis, fault, incident, number }: AttemptResult, run: string, at: number): ReadonlyArray<Value> | null =>
  fault === null
    ? null
    : [incident ?? `${run}.${number}`, run, number, at, fault.tag, fault.step, diagnosis?.verdict ?? null, diagnosis?.explanation ?? null]

/** Says of an attempt that nobody is at work on any more, and that never came to tell how it ended. */
export const brokenOff = (database: Database, run: string, at: number): Effect.Effect<number, StoreFailed> =>
  database.change("update attempts set status = 'interrupted', ended = $1 where run = $2 and status = 'running'", at, run)

const make = (database: Database): StoreService => ({
  begin: ({ experiment, id, request, runs, started }, holder) =>
    database.transaction(Effect.fnUntraced(function*(database) {
      yield* insertLaunch(database, { experiment, id, request, started }, null)
      for (const [place, run] of runs.entries()) {
        yield* database.change(
          `insert into runs (id, launch, launched, place, arm, seed, status, directory, holder)
          values ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)`,
          run.id, id, started, place, run.arm, run.seed, run.directory, Holder.encode(holder)
        )
      }
    })),
  take: (runs, to) =>
    database.transaction(Effect.fnUntraced(function*(database) {
      for (const { holder, id } of runs) {
        const changed = yield* database.change(
          `update runs set holder = $1, status = 'waiting', reason = null, ended = null, result = null
          where id = $2 and holder is not distinct from $3`,
          Holder.encode(to), id, holder === null ? null : Holder.encode(holder)
        )
        // Whoever looks now sees that somebody is at them: at all of them, or at none.
        if (changed === 0) return yield* Effect.fail(new NotTaken())
      }
      return true
    })).pipe(Effect.catchIf((failure) => failure instanceof NotTaken, () => Effect.succeed(false))),
  accept: (run, { attempt, token }, { at, holder }) =>
    database.transaction(Effect.fnUntraced(function*(database) {
      const accepted = yield* database.change(
        `update runs set status = 'running', reason = null, started = coalesce(started, $1), ended = null, result = null,
          attempt = $2, token = $3
        where id = $4 and attempt < $2 and holder = $5`,
        at, attempt, token, run, Holder.encode(holder)
      )
      if (accepted === 0) return false
      // Whoever made the one before was ended, and could not say so.
      yield* brokenOff(database, run, at)
      yield* database.change(
        "insert into attempts (run, number, holder, started, status) values ($1, $2, $3, $4, 'running')",
        run, attempt, Holder.encode(holder), at
      )
      return true
    })),
  keep: ({ holder, id: run }, result, token, at) =>
    database.transaction(Effect.fnUntraced(function*(database) {
      const { fault, number, remedy, status } = result
      const changed = yield* database.change(
        `update attempts set ended = coalesce(ended, $1), status = $2, fault = $3, remedy = $4
        where run = $5 and number = $6 and exists (select 1 from runs where id = $5 and holder = $7 and token is not distinct from $8)`,
        at, status, fault?.tag ?? null, remedy?.change ?? null, run, number, Holder.encode(holder), token
      )
      const incident = changed === 0 ? null : incidentOf(result, run, at)
      if (incident !== null) {
        yield* database.change(
          `insert into incidents (id, run, attempt, at, fault, step, verdict, explanation)
          values ($1, $2, $3, $4, $5, $6, $7, $8)
          on conflict (id) do update set verdict = excluded.verdict, explanation = excluded.explanation`,
          ...incident
        )
      }
      return changed > 0
    })),
  end: (result, token, { at, holder, reason }) =>
    database.transaction(Effect.fnUntraced(function*(database) {
      const changed = yield* database.change(
        `update runs set status = $1, reason = $2, ended = $3, result = $4
        where id = $5 and holder = $6 and token is not distinct from $7 and result is null`,
        result.status, reason, at, encode(result), result.id, Holder.encode(holder), token
      )
      if (changed > 0) yield* brokenOff(database, result.id, at)
      return changed > 0
    })),
  list: (filter = {}) => Listing.list(database, filter),
  incidents: (filter) => Incidents.list(database, filter),
  launch: (id) =>
    Effect.map(database.rows("select id, experiment, started, request, arms, trigger_id as trigger from launches where id = $1", id), ([row]) =>
      row === undefined ? null : {
        ...row as unknown as Pick<LaunchRecord, "id" | "experiment" | "started" | "trigger">,
        request: decode(String(row["request"])) as Request,
        arms: row["arms"] === null ? null : JSON.parse(String(row["arms"]))
      })
})

/** Rolls back what was taken of a launch before a run that somebody else has. */
class NotTaken extends Error {}

/** What the queue keeps of a launch beside. */
interface Queued {
  /** Its arms as data. */
  readonly arms: unknown
  /** What submitted it, and for which of its times; null for a person. */
  readonly trigger: Fired | null
}

/** One time of a trigger, in milliseconds since 1970. */
export interface Fired {
  readonly id: string
  readonly at: number
}

/** Writes a launch; `queued` is null where its process brings it to its end itself. */
export const insertLaunch = (
  database: Database,
  { experiment, id, request, started }: Omit<LaunchRecord, "arms" | "trigger">,
  queued: Queued | null
): Effect.Effect<number, StoreFailed> =>
  database.change(
    "insert into launches (id, experiment, started, request, arms, trigger_id, due) values ($1, $2, $3, $4, $5, $6, $7)",
    id, experiment, started, encode(request), queued === null ? null : JSON.stringify(queued.arms),
    queued?.trigger?.id ?? null, queued?.trigger?.at ?? null
  )

/** Keeps the record of launches and runs. */
export class Store extends Context.Service<Store, StoreService>()("ballast/Store") {
  /** Keeps it in the database that is open. */
  static readonly layer: Layer.Layer<Store, never, Tables> = Layer.effect(Store, Effect.map(Tables, make))

  /** Opens the record in a file, which is made where it is not there. */
  static readonly layerSqlite = (file: string): Layer.Layer<Store, StoreFailed> =>
    Layer.provide(Store.layer, Tables.layerSqlite(file))

  /** Keeps the record in memory alone. */
  static readonly layerMemory: Layer.Layer<Store, StoreFailed> = Store.layerSqlite(":memory:")
}
