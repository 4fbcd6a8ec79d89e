/**
 * The workers that are at a queue, and what waits for none of them.
 */
import * as Effect from "effect/Effect"
import type { Database } from "../store/Database.ts"
import * as Broker from "./Broker.ts"
import * as Demand from "./Demand.ts"

/** A worker as the queue knows it; times are milliseconds since 1970. */
export interface WorkerRecord {
  readonly id: string
  readonly host: string
  readonly offer: Demand.Offer
  readonly slots: number
  readonly started: number
  readonly beat: number
}

/** A worker that was not heard of for so long is forgotten. */
const forgottenAfter = 60 * 60 * 1000

/** Tells that a worker is there. */
export const tell = Effect.fnUntraced(function*(
  database: Database,
  { host, id, offer, slots, started }: Omit<WorkerRecord, "beat">,
  now: number
) {
  yield* database.change(
    `insert into workers (id, host, offer, slots, started, beat) values ($1, $2, $3, $4, $5, $6)
    on conflict (id) do update set host = excluded.host, offer = excluded.offer, slots = excluded.slots,
      started = excluded.started, beat = excluded.beat`,
    id, host, JSON.stringify(offer), slots, started, now
  )
  yield* database.change("delete from workers where beat < $1", now - forgottenAfter)
})

/** Forgets a worker. */
export const leave = (database: Database, id: string) => database.change("delete from workers where id = $1", id)

/** Lists the workers that are heard of. */
export const list = Effect.fnUntraced(function*(database: Database, now: number) {
  const rows = yield* database.rows(
    "select id, host, offer, slots, started, beat from workers where beat >= $1 order by started, id",
    now - Broker.patience
  )
  return rows.map((row): WorkerRecord => ({
    ...row as unknown as Omit<WorkerRecord, "offer">,
    offer: JSON.parse(String(row["offer"])) as Demand.Offer
  }))
})

/** Runs that wait in one line, and what every worker lacks for them; `lacking` is empty where one could take them. */
export interface Line {
  readonly demand: Demand.Demand
  readonly waiting: number
  /** When the first of them was submitted. */
  readonly since: number
  readonly lacking: ReadonlyArray<{ readonly worker: string; readonly what: string }>
}

export interface Overview {
  /** How many runs are held back, wait, and are at work. */
  readonly held: number
  readonly waiting: number
  readonly leased: number
  readonly workers: ReadonlyArray<WorkerRecord>
  readonly lines: ReadonlyArray<Line>
}

/** Looks over a queue. */
export const overview = Effect.fn("Workers.overview")(function*(database: Database, now: number) {
  const counts = new Map((yield* database.rows(
    "select state, count(*) as count from tickets where state in ('held', 'waiting', 'leased') group by state"
  )).map(({ count, state }) => [String(state), Number(count)]))
  const workers = yield* list(database, now)
  const rows = yield* database.rows(
    `select demands.demand, count(*) as count, min(tickets.submitted) as since
    from tickets join demands on demands.id = tickets.demand where tickets.state = 'waiting'
    group by demands.id, demands.demand order by demands.id`
  )
  const lines = rows.map((row): Line => {
    const demand = JSON.parse(String(row["demand"])) as Demand.Demand
    const lacking = workers.flatMap(({ id, offer }) => {
      const what = Demand.lacking(demand, offer)
      return what === null ? [] : [{ worker: id, what }]
    })
    return {
      demand,
      waiting: Number(row["count"]),
      since: Number(row["since"]),
      lacking: lacking.length < workers.length ? [] : lacking
    }
  })
  const seen: Overview = {
    held: counts.get("held") ?? 0,
    waiting: counts.get("waiting") ?? 0,
    leased: counts.get("leased") ?? 0,
    workers,
    lines
  }
  return seen
})
