import { describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import * as Recipe from "../../../../dsl/Recipe.ts"
import * as Boss from "../../../../runtime/run/queue/Boss.ts"
import type { Broker } from "../../../../runtime/run/queue/Broker.ts"
import * as Cancel from "../../../../runtime/run/queue/Cancel.ts"
import * as Claim from "../../../../runtime/run/queue/Claim.ts"
import * as Demand from "../../../../runtime/run/queue/Demand.ts"
import * as Embedded from "../../../../runtime/run/queue/Embedded.ts"
import { Queue } from "../../../../runtime/run/queue/Queue.ts"
import * as Submission from "../../../../runtime/run/queue/Submission.ts"
import * as Submit from "../../../../runtime/run/queue/Submit.ts"
import * as Tickets from "../../../../runtime/run/queue/Tickets.ts"
import type { RunResult } from "../../../../runtime/run/Result.ts"
import { Store, type StoreService } from "../../../../runtime/run/Store.ts"
import type { Database } from "../../../../runtime/run/store/Database.ts"
import { Tables } from "../../../../runtime/run/store/Tables.ts"
import * as recipes from "../../../dsl/recipes.ts"
import { postgresql, type Server } from "../../../postgres.ts"
import { runResult } from "../results.ts"
import { inTemporaryFolder } from "../temporary.ts"

export type Services = Queue | Store | Tables

/** Opens one and the same queue each time, as another process would. */
export type Opening = Layer.Layer<Services>

/** What a queue is made of. */
export interface Parts {
  readonly database: Database
  readonly broker: Broker
  readonly store: StoreService
}

/** Opens the same queue in its parts, for a test that sets the time by itself. */
export type Taking = Effect.Effect<Parts, never, Scope.Scope>

/** Lends a test an empty queue. */
export type Lend = <A, E>(use: (opening: Opening, taking: Taking) => Effect.Effect<A, E, Scope.Scope>) => Effect.Effect<A, E>

export const withRecord = <E>(queue: Layer.Layer<Queue, E, Tables>, tables: Layer.Layer<Tables, E>): Opening =>
  Layer.orDie(Layer.merge(queue, Store.layer).pipe(Layer.provideMerge(tables)))

const takingOf = <E>(
  tables: Layer.Layer<Tables, E>,
  brokerOf: (database: Database) => Effect.Effect<Broker, E, Scope.Scope>
): Taking =>
  Effect.gen(function*() {
    const opened = yield* Layer.build(Layer.provideMerge(Store.layer, tables))
    const { database, store } = yield* Effect.provide(
      Effect.gen(function*() {
        return { database: yield* Tables, store: yield* Store }
      }),
      opened
    )
    return { database, store, broker: yield* brokerOf(database) }
  }).pipe(Effect.orDie)

/** Declares tests that run against the queue of one machine, and against that of several where PostgreSQL is installed. */
export const onBoth = (title: string, body: (lend: Lend) => void): void => {
  describe(`${title} on one machine`, () =>
    body((use) =>
      inTemporaryFolder((folder) => {
        const tables = Tables.layerSqlite(path.join(folder, "ballast.db"))
        const opening = withRecord(Queue.layerEmbedded(path.join(folder, "runs")), tables)
        return Effect.scoped(use(opening, takingOf(tables, () => Effect.sync(Embedded.make))))
      })))
  onSeveral(title, body)
}

let used: string | null = null

/** An empty database, which is the last test's again: to make one takes longer than most tests. */
const emptied = Effect.fnUntraced(function*({ database, query }: Server) {
  if (used === null) used = yield* database
  else yield* query("truncate ballast_queue.queue, launches, demands, triggers, workers cascade", used)
  return used
})

/** Declares tests that run against the queue of several machines, where PostgreSQL is installed. */
export const onSeveral = (title: string, body: (lend: Lend, server: Effect.Effect<Server>) => void): void =>
  postgresql(`${title} on several machines`, (server) =>
    body((use) =>
      Effect.gen(function*() {
        const url = yield* emptied(yield* server)
        return yield* inTemporaryFolder((folder) => {
          const tables = Tables.layerPostgres(url)
          const opening = withRecord(Queue.layerPostgres(url, path.join(folder, "runs"), { tends: true }), tables)
          return Effect.scoped(use(opening, takingOf(tables, ({ place }) => Boss.open(url, place, { tends: true }))))
        })
      }), server))

/** A queue at times that are given, in milliseconds since 1970. */
export const byHand = ({ broker, database }: Parts) => {
  let launches = 0
  return {
    submit: (now: number, submitted: Submission.Submission, terms: Partial<Submission.Terms> = {}) =>
      Effect.suspend(() => {
        const launch = `l${++launches}`
        return database.transaction((inside) =>
          Submit.submit(inside, broker, submitted, {
            launch,
            terms: { ...usual, ...terms },
            trigger: null,
            now,
            directoryOf: (run) => `/nowhere/${run}`
          })
        )
      }),
    claim: (now: number, offered: Demand.Offer = offer) =>
      database.transaction((inside) => Claim.claim(inside, broker, offered, now)),
    beat: (now: number, claim: Claim.Claim) => Claim.beat(database, broker, claim, now),
    release: (now: number, claim: Claim.Claim, wish: Claim.Again | null = null) =>
      database.transaction((inside) => Claim.release(inside, broker, claim, wish, now)),
    recover: (now: number) => database.transaction((inside) => Claim.recover(inside, broker, now)),
    cancel: (now: number, run: string, reason = "enough") =>
      database.transaction((inside) => Cancel.cancel(inside, broker, run, reason, now)),
    sweep: (now: number) => database.transaction((inside) => Tickets.sweep(inside, broker, now))
  }
}

/** Has a run that was claimed be recorded as ended. */
export const record = Effect.fnUntraced(function*(
  { store }: Pick<Parts, "store">,
  { holder, run, work }: Claim.Claim,
  changes: Partial<RunResult> = {}
) {
  const token = `${run}/${holder.lease}`
  const accepted = yield* store.accept(run, { attempt: work.attempt + 1, token }, { holder, at: 1 })
  const { arm, directory, seed } = work
  const ended = yield* store.end(runResult({ id: run, arm, directory, seed, ...changes }), token, { holder, at: 2, reason: null })
  return accepted && ended
})

/** Has the worker of a claimed run not be heard of for longer than any is waited for. */
export const silence = Effect.fnUntraced(function*({ database }: Pick<Parts, "database">, { delivery, run }: Claim.Claim) {
  yield* database.change("update tickets set beat = beat - 20000 where run = $1", run)
  if (database.dialect === "postgresql") {
    yield* database.change(
      "update ballast_queue.job set heartbeat_on = heartbeat_on - interval '20 seconds' where id = cast($1 as uuid)",
      delivery
    )
  }
})

/** Counts what waits or was handed out, as PostgreSQL's broker has it; null where the tickets are all there is. */
export const jobs = ({ database }: Pick<Parts, "database">) =>
  database.dialect === "sqlite"
    ? Effect.succeed(null)
    : Effect.map(database.rows("select count(*) as count from ballast_queue.job"), ([row]) => Number(row?.["count"]))

export const origin = { commit: "c0ffee", dirty: null, ballast: "1.0.0" } as const

/** What every worker of these tests offers. */
export const offer: Demand.Offer = {
  ballast: origin.ballast,
  engines: [{ engine: "wasm", device: "cpu", memory: 8 * 2 ** 30 }],
  labels: {},
  data: []
}

/** A launch of one arm at some seeds, on any host or on one that a recipe demands. */
export const submission = (
  seeds: number,
  host: Partial<Recipe.Recipe["host"]> = {},
  identity: Partial<Submission.SubmittedArm["identity"]> = {}
): Submission.Submission => {
  const recipe = Recipe.with(recipes.recipe, { host: { ...recipes.recipe.host, ...host } })
  return {
    experiment: "queued",
    request: { file: "/e.ts", steps: null, engine: "auto", injection: null, expect: [], origin },
    arms: {
      only: {
        recipe: Recipe.encode(recipe),
        identity: { recipe: "r", graph: "g", training: null, data: null, ...identity },
        totalSteps: 10,
        demand: Demand.of(recipe, { ballast: origin.ballast, engine: "auto" })
      }
    },
    runs: Array.from({ length: seeds }, (_, seed) => ({ arm: "only", seed }))
  }
}

export const { usual } = Submission
