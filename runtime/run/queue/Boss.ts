/**
 * The broker of a record that several hosts share: pg-boss, in a schema of its own of the same database. Each demand's line
 * is one of its queues, in which a higher priority is handed out first.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { PgBoss } from "pg-boss"
import { type Database, StoreFailed, type Value } from "../store/Database.ts"
import * as Owner from "../Owner.ts"
import { patiently } from "../store/Patience.ts"
import { failureOf } from "../store/PostgresFailure.ts"
import { type Broker, type Leased, patience, type Waiting } from "./Broker.ts"

const queueOf = (demand: string): string => `ballast-${demand}`

/** Priorities are whole numbers of 32 bits: seconds since then, of which the earliest come first. */
const era = Date.UTC(2026, 0, 1)

const priorityOf = ({ again, place }: Waiting): number => (again ? 1 : 0) - Math.round((place - era) / 1000)

/** pg-boss ends what takes long and forgets what waits for long: that a run does is no fault. In seconds. */
const longest = 2 ** 31 - 1

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

/** Does what pg-boss does on connections of its own, also while the server is started again. */
const attempt = <A>(place: string, body: () => Promise<A>): Effect.Effect<A, StoreFailed> =>
  patiently(
    Effect.tryPromise({ try: body, catch: (cause) => cause instanceof StoreFailed ? cause : failureOf(place, cause) }),
    { whole: 30_000, between: 500 }
  )

/** Counts the jobs that a command changed, which pg-boss tells and its types leave out. */
const affected = (response: object): number => (response as { readonly affected: number }).affected

const make = (boss: PgBoss, place: string): Broker => {
  const known = new Set<string>()
  const demandQueue = Effect.fnUntraced(function*(demand: string) {
    const queue = queueOf(demand)
    if (known.has(queue)) return queue
    // It fails a job whose worker is not heard of, and the record says whether the run waits again.
    yield* attempt(place, () =>
      boss.createQueue(queue, { policy: "standard", heartbeatSeconds: patience / 1000, retryLimit: 0 }))
    known.add(queue)
    return queue
  })
  return {
    put: Effect.fnUntraced(function*(database, waiting) {
      for (const [demand, runs] of Map.groupBy(waiting, ({ demand }) => demand)) {
        const queue = yield* demandQueue(demand)
        const jobs = runs.map((one) => ({
          id: one.delivery,
          data: { run: one.run },
          priority: priorityOf(one),
          expireInSeconds: longest,
          retentionSeconds: longest
        }))
        yield* attempt(place, () => boss.insert(queue, jobs, { db: within(database) }))
      }
    }),
    take: Effect.fnUntraced(function*(database, demand) {
      const queue = yield* demandQueue(demand)
      const [job] = yield* attempt(place, () => boss.fetch<string>(queue, { db: within(database) }))
      if (job === undefined) return null
      const { run } = JSON.parse(job.data) as { readonly run: string }
      return { run, demand, delivery: job.id }
    }),
    settle: Effect.fnUntraced(function*(database, { delivery, demand }) {
      const queue = yield* demandQueue(demand)
      yield* attempt(place, () => boss.deleteJob(queue, delivery, { db: within(database) }))
    }),
    touch: Effect.fnUntraced(function*(database, { delivery, demand }) {
      const queue = yield* demandQueue(demand)
      return affected(yield* attempt(place, () => boss.touch(queue, delivery, { db: within(database) }))) > 0
    }),
    lost: Effect.fnUntraced(function*(database, leased, now) {
      // Nobody need wait for the heartbeat of a process that is seen to be gone.
      const gone = leased.filter(({ holder }) => Owner.isGone(holder))
      const silent = leased.filter((one) => !gone.includes(one) && now - one.beat > patience / 2)
      const found = yield* Effect.forEach(silent, Effect.fnUntraced(function*({ delivery, demand, run }: Leased) {
        const queue = yield* demandQueue(demand)
        const [job] = yield* attempt(place, () => boss.findJobs(queue, { id: delivery, db: within(database) }))
        return job?.state === "active" ? [] : [run]
      }))
      return [...gone.map(({ run }) => run), ...found.flat()]
    })
  }
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
    (boss) => Effect.ignore(Effect.tryPromise(() => boss.stop({ graceful: false, close: true })))
  )
  // What it fails at between calls it tries again; each call tells its own failures.
  boss.on("error", () => undefined)
  yield* attempt(place, () => boss.start())
  return make(boss, place)
})
