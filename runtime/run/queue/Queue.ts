/**
 * The queue of runs that workers take: on one machine, or on many.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import type * as Trigger from "../../../dsl/Trigger.ts"
import { newLaunchId } from "../LaunchId.ts"
import type { Database, StoreFailed } from "../store/Database.ts"
import { Tables } from "../store/Tables.ts"
import * as Keeping from "../trigger/Keeping.ts"
import * as Boss from "./Boss.ts"
import type { Broker } from "./Broker.ts"
import * as Cancel from "./Cancel.ts"
import * as Claim from "./Claim.ts"
import type * as Demand from "./Demand.ts"
import * as Embedded from "./Embedded.ts"
import type * as Submission from "./Submission.ts"
import * as Submit from "./Submit.ts"
import * as Tickets from "./Tickets.ts"
import * as Workers from "./Workers.ts"

export interface QueueService {
  /**
   * Puts a launch into the queue, all of its runs or none; `launch` is its id where that was chosen before. Fails with
   * SubmissionRefused, and with StoreFailed also where there is such a launch.
   */
  readonly submit: (
    submission: Submission.Submission,
    terms: Submission.Terms,
    launch?: string
  ) => Effect.Effect<Submit.Submitted, Submit.SubmissionRefused | StoreFailed>
  /** Takes the first run that an offer meets; null where there is none. */
  readonly claim: (offer: Demand.Offer) => Effect.Effect<Claim.Claim | null, StoreFailed>
  /** Tells that a run is being worked on, and hears whether it is to go on. */
  readonly beat: (claim: Claim.Claim) => Effect.Effect<Claim.Beat, StoreFailed>
  /** Lets go of a run that has ended; false where it was another's by then. */
  readonly done: (claim: Claim.Claim) => Effect.Effect<boolean, StoreFailed>
  /** Has a run wait again, `seconds` at least; false where it was another's by then. */
  readonly giveBack: (claim: Claim.Claim, reason: string, seconds: number) => Effect.Effect<boolean, StoreFailed>
  readonly cancel: (run: string, reason: string) => Effect.Effect<Cancel.Cancelled, StoreFailed>
  /** Has an experiment be launched by its triggers, in the place of those that it had. */
  readonly addTriggers: (
    submission: Submission.Submission,
    triggers: ReadonlyArray<Trigger.AtTimes>
  ) => Effect.Effect<void, StoreFailed>
  /** Launches an experiment by no trigger any more; false where it was by none. */
  readonly removeTriggers: (experiment: string) => Effect.Effect<boolean, StoreFailed>
  readonly triggers: Effect.Effect<ReadonlyArray<Keeping.Kept>, StoreFailed>
  /**
   * Launches what triggers are due, has those wait whose time has come, ends those that have waited too long, and takes
   * back those that lost their worker.
   */
  readonly tend: Effect.Effect<Tended, StoreFailed>
  readonly tell: (worker: Omit<Workers.WorkerRecord, "beat">) => Effect.Effect<void, StoreFailed>
  readonly leave: (worker: string) => Effect.Effect<void, StoreFailed>
  readonly overview: Effect.Effect<Workers.Overview, StoreFailed>
  /** Milliseconds since 1970 by the queue's clock. */
  readonly now: Effect.Effect<number, StoreFailed>
}

export interface Tended extends Tickets.Swept {
  readonly fired: ReadonlyArray<Keeping.Occasion>
  readonly recovered: ReadonlyArray<Claim.Recovered>
}

/** One host's clock serves its own queue; hosts that share one go by that of its database. */
const nowOf = (database: Database): Effect.Effect<number, StoreFailed> =>
  database.dialect === "sqlite"
    ? Clock.currentTimeMillis
    : Effect.map(
      database.rows("select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now"),
      ([row]) => Number(row?.["now"])
    )

/** Workers of several hosts take turns at what looks at more than one run; SQLite has one writer at a time anyway. */
const turn = (database: Database): Effect.Effect<unknown, StoreFailed> =>
  database.dialect === "sqlite" ? Effect.void : database.rows("select pg_advisory_xact_lock(7218134)")

const make = (database: Database, broker: Broker, runs: string): QueueService => {
  const directoryOf = (run: string): string => path.join(runs, run)
  /** Does a thing as a whole, at the queue's time. */
  const whole = <A, E>(body: (database: Database, now: number) => Effect.Effect<A, E>) =>
    database.transaction((database) =>
      Effect.flatMap(turn(database), () => Effect.flatMap(nowOf(database), (now) => body(database, now)))
    )
  return {
    submit: (submission, terms, launch) =>
      whole((database, now) =>
        Submit.submit(database, broker, submission, {
          launch: launch ?? newLaunchId(now),
          terms,
          trigger: null,
          now,
          directoryOf
        })
      ),
    addTriggers: (submission, triggers) => whole((database, now) => Keeping.add(database, submission, triggers, now)),
    removeTriggers: (experiment) => whole((database) => Keeping.remove(database, experiment)),
    triggers: Keeping.list(database),
    claim: (offer) => whole((database, now) => Claim.claim(database, broker, offer, now)),
    beat: (claim) => Effect.flatMap(nowOf(database), (now) => Claim.beat(database, broker, claim, now)),
    done: (claim) => whole((database, now) => Claim.release(database, broker, claim, null, now)),
    giveBack: (claim, reason, seconds) =>
      whole((database, now) => Claim.release(database, broker, claim, { reason, notBefore: now + seconds * 1000 }, now)),
    cancel: (run, reason) => whole((database, now) => Cancel.cancel(database, broker, run, reason, now)),
    tend: whole(Effect.fnUntraced(function*(database, now) {
      const recovered = yield* Claim.recover(database, broker, now)
      const fired = yield* Keeping.fire(database, broker, { now, directoryOf })
      return { ...(yield* Tickets.sweep(database, broker, now)), recovered, fired }
    })),
    tell: (worker) => whole((database, now) => Workers.tell(database, worker, now)),
    leave: (worker) => Effect.asVoid(Workers.leave(database, worker)),
    overview: Effect.flatMap(nowOf(database), (now) => Workers.overview(database, now)),
    now: nowOf(database)
  }
}

/** The queue. */
export class Queue extends Context.Service<Queue, QueueService>()("ballast/Queue") {
  /** Keeps it in the record of one machine; `runs` is the folder of the runs. */
  static readonly layerEmbedded = (runs: string): Layer.Layer<Queue, never, Tables> =>
    Layer.effect(Queue, Effect.map(Tables, (database) => make(database, Embedded.make(), runs)))

  /** Keeps it in a database that several hosts share, by its address. A worker's also tends it for the others. */
  static readonly layerPostgres = (url: string, runs: string, options: Boss.Options): Layer.Layer<Queue, StoreFailed, Tables> =>
    Layer.effect(
      Queue,
      Effect.gen(function*() {
        const database = yield* Tables
        return make(database, yield* Boss.open(url, database.place, options), runs)
      })
    )
}
