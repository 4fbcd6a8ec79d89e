/**
 * The broker of a record that several hosts share: pg-boss, in a schema of its own of the same database. Each demand's line
 * is one of its queues, in which a higher priority is handed out first.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { PgBoss } from "pg-boss"
import { type Database, StoreFailed, type Value } from "../store/Database.ts"
import { type Broker, type Delivered, type Leased, type Lost, mostLosses, patience } from "./Broker.ts"

/** The queue of what was handed out too often. */
const lostQueue = "ballast-lost"

const queueOf = (demand: string): string => `ballast-${demand}`

/** Priorities are whole numbers of 32 bits: seconds since then, of which the earliest come first. */
const era = Date.UTC(2026, 0, 1)

const priorityOf = (place: number): number => -Math.round((place - era) / 1000)

/** pg-boss ends a job after a day; that a training takes longer is no fault. */
const longest = 2 ** 31 - 1

const year = 365 * 24 * 60 * 60

/** Has pg-boss's statements be part of a transaction. */
const within = (database: Database) => ({
  executeSql: (statement: string, values: ReadonlyArray<unknown> = []) =>
    Effect.runPromise(Effect.map(database.rows(statement, ...values.map(written)), (rows) => ({ rows: [...rows] })))
})

/** Writes a value as PostgreSQL reads one whose type the statement tells. */
const written = (value: unknown): Value => {
  if (value === null || value === undefined) return null
  if (typeof value === "number" || typeof value === "string") return value
  if (Array.isArray(value)) return `{${value.map((item) => `"${String(item).replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`
  return value instanceof Date ? value.toISOString() : JSON.stringify(value)
}

const attempt = <A>(place: string, body: () => Promise<A>): Effect.Effect<A, StoreFailed> =>
  Effect.tryPromise({
    try: body,
    catch: (cause) =>
      cause instanceof StoreFailed
        ? cause
        : new StoreFailed({ message: `the queue in ${place} fails: ${cause instanceof Error ? cause.message : String(cause)}` })
  })

/** What a delivery is to pg-boss: the job, and which time it was handed out, of which it knows the last alone. */
const attemptOf = (delivery: string): { readonly id: string; readonly retryCount: number | null } => {
  const [id = "", count] = delivery.split("/")
  return { id, retryCount: count === undefined ? null : Number(count) }
}

/** Counts the jobs that a command changed, which pg-boss tells and its types leave out. */
const affected = (response: object): number => (response as { readonly affected: number }).affected

const make = (boss: PgBoss, place: string): Broker => {
  const known = new Set<string>()
  const demandQueue = Effect.fnUntraced(function*(demand: string) {
    const queue = queueOf(demand)
    if (!known.has(queue)) {
      yield* attempt(place, () =>
        boss.createQueue(queue, {
          policy: "standard",
          heartbeatSeconds: patience / 1000,
          retryLimit: mostLosses,
          retryDelay: 0,
          deadLetter: lostQueue,
          retentionSeconds: year,
          deleteAfterSeconds: 60 * 60
        }))
      known.add(queue)
    }
    return queue
  })
  return {
    put: Effect.fnUntraced(function*(database: Database, waiting) {
      const lines = Map.groupBy(waiting, ({ demand }) => demand)
      for (const [demand, runs] of lines) {
        const queue = yield* demandQueue(demand)
        const jobs = runs.map(({ delivery, place, run }) => ({ id: delivery, data: { run }, priority: priorityOf(place) }))
        yield* attempt(place, () => boss.insert(queue, jobs, { db: within(database) }))
      }
    }),
    take: Effect.fnUntraced(function*(database: Database, demand) {
      const queue = yield* demandQueue(demand)
      const [job] = yield* attempt(place, () =>
        boss.fetch<{ readonly run: string } | string>(queue, { includeMetadata: true, db: within(database) }))
      if (job === undefined) return null
      yield* database.rows("update ballast_queue.job set expire_seconds = $1 where name = $2 and id = cast($3 as uuid)", longest, queue, job.id)
      const { run } = (typeof job.data === "string" ? JSON.parse(job.data) : job.data) as { readonly run: string }
      const delivered: Delivered = { run, demand, delivery: `${job.id}/${job.retryCount}` }
      return delivered
    }),
    settle: (database, { delivery, demand }) => {
      const { id, retryCount } = attemptOf(delivery)
      const [queue, options] = [queueOf(demand), { db: within(database) }]
      return Effect.asVoid(attempt<unknown>(place, () =>
        retryCount === null ? boss.deleteJob(queue, id, options) : boss.complete(queue, { id, retryCount }, null, options)))
    },
    touch: ({ delivery, demand }) => {
      const { id, retryCount } = attemptOf(delivery)
      return Effect.map(
        attempt(place, () => boss.touch(queueOf(demand), { id, retryCount: retryCount ?? 0 })),
        (touched) => affected(touched) > 0
      )
    },
    lost: (leased, now) =>
      Effect.map(
        Effect.forEach(leased.filter(({ beat }) => now - beat > patience / 2), (one) => lostOf(boss, place, one)),
        (found) => found.flatMap((lost) => lost ?? [])
      )
  }
}

/** Finds whether pg-boss has taken back a run that was handed out. */
const lostOf = (boss: PgBoss, place: string, { delivery, demand, run }: Leased): Effect.Effect<Lost | null, StoreFailed> => {
  const { id, retryCount } = attemptOf(delivery)
  return Effect.map(attempt(place, () => boss.findJobs(queueOf(demand), { id })), ([job]): Lost | null => {
    if (job === undefined || job.state === "failed") return { run, spent: true }
    return job.state === "active" && job.retryCount === retryCount ? null : { run, spent: false }
  })
}

export interface Options {
  /** Whether it also looks after runs that have lost their worker. */
  readonly tends: boolean
}

/**
 * Opens pg-boss's part of a database. A worker's also looks after the others' runs. Fails with StoreFailed, whose message
 * holds no password.
 */
export const open = Effect.fn("Boss.open")(function*(
  url: string,
  place: string,
  { tends }: Options
): Effect.fn.Return<Broker, StoreFailed, Scope.Scope> {
  const { PgBoss: Boss } = yield* Effect.promise(() => import("pg-boss"))
  const boss = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new Boss({
        connectionString: url,
        schema: "ballast_queue",
        application_name: "ballast queue",
        max: 2,
        schedule: false,
        supervise: tends,
        superviseIntervalSeconds: 1,
        monitorIntervalSeconds: 1,
        registerInstance: false
      })
    ),
    (boss) => Effect.promise(() => boss.stop({ graceful: false, close: true })).pipe(Effect.ignore)
  )
  // What it fails at between calls it tries again; each call tells its own failures.
  boss.on("error", () => undefined)
  yield* attempt(place, async () => {
    await boss.start()
    await boss.createQueue(lostQueue, { retentionSeconds: year, deleteAfterSeconds: 0 })
  })
  return make(boss, place)
})
