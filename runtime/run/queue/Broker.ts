/**
 * Who hands waiting runs out, one to one worker at a time, and finds the workers that are not heard of any more.
 */
import type * as Effect from "effect/Effect"
import type { Database, StoreFailed } from "../store/Database.ts"
import type { Holder } from "../store/Holder.ts"

/** How long a worker may not be heard of before its runs are given to another, in milliseconds. */
export const patience = 10_000

/** How often a worker tells that it is there, in milliseconds. */
export const beatEvery = 2_500

/** How often a run may lose its worker before it is taken to be what ends them. */
export const mostLosses = 5

/** A run, and the name by which the broker knows this one time that it waits and is handed out. */
export interface Delivered {
  readonly run: string
  /** The id of its demand. */
  readonly demand: string
  readonly delivery: string
}

/** A run that is to wait. */
export interface Waiting extends Delivered {
  /** The lowest is handed out first. */
  readonly place: number
  /** Whether it was handed out before, and goes before others of its place. */
  readonly again: boolean
}

/** A run that was handed out, as the record has it. Times are milliseconds since 1970 by the record's clock. */
export interface Leased extends Delivered {
  readonly holder: Holder
  /** When its worker was last heard of. */
  readonly beat: number
}

/** A database that is given may be a transaction's: what is done to it is then a part of that. */
export interface Broker {
  /** Has runs wait. */
  readonly put: (database: Database, waiting: ReadonlyArray<Waiting>) => Effect.Effect<void, StoreFailed>
  /** Hands out the first run of a demand's line; null where there is none. */
  readonly take: (database: Database, demand: string) => Effect.Effect<Delivered | null, StoreFailed>
  /** Forgets a run that waits or was handed out. */
  readonly settle: (database: Database, delivered: Delivered) => Effect.Effect<void, StoreFailed>
  /** Tells that the worker of a run is there; false where that was not heard of for too long. */
  readonly touch: (database: Database, delivered: Delivered) => Effect.Effect<boolean, StoreFailed>
  /** Finds those that have lost their worker, by the ids of the runs. None of them is handed out again by itself. */
  readonly lost: (
    database: Database,
    leased: ReadonlyArray<Leased>,
    now: number
  ) => Effect.Effect<ReadonlyArray<string>, StoreFailed>
}
