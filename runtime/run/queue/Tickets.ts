/**
 * The tickets of runs in the queue: how they come into it, when they may be taken, and how they leave it unrun.
 */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { decode, encode } from "../../train/EventLog.ts"
import * as History from "../History.ts"
import type { RunResult } from "../Result.ts"
import * as RunFolder from "../RunFolder.ts"
import * as RunOutcome from "../RunOutcome.ts"
import { brokenOff } from "../Store.ts"
import type { Database, Row, StoreFailed } from "../store/Database.ts"
import type { Broker, Delivered } from "./Broker.ts"

/** Reads what the broker knows a run by. */
export const deliveredOf = (row: Row): Delivered => ({
  run: String(row["run"]),
  demand: String(row["demand"]),
  delivery: String(row["delivery"])
})

/** A run without a result, as it stands in the record. */
const unended = "select runs.id, runs.arm, runs.seed, runs.directory, runs.attempt, launches.request from runs join launches on launches.id = runs.launch where runs.id = $1 and runs.result is null"

const resultOf = (row: Row, status: RunResult["status"]): RunResult => {
  const { arm, directory, id, seed } = row as unknown as Pick<RunResult, "arm" | "directory" | "id" | "seed">
  const { steps } = decode(row["request"] as string) as { readonly steps: number | null }
  // Of many that never began no folder is looked for, which may lie on another host.
  const begun = row["attempt"] !== 0
  const totalSteps = begun ? RunFolder.plan(directory)?.arms[0]?.schedule.totalSteps ?? null : null
  const past = begun ? History.read(directory).past : []
  return { ...RunOutcome.of({ arm, directory, id, seed, steps }, totalSteps, past), status }
}

/** A run that ends without a worker. */
export interface Ending {
  readonly run: string
  readonly status: "cancelled" | "failed"
  readonly reason: string
}

/** Ends a run that nobody has any more, and tells whether it had not ended before. */
export const end = Effect.fnUntraced(function*(database: Database, { reason, run, status }: Ending, now: number) {
  const [row] = yield* database.rows(unended, run)
  yield* database.change("update tickets set state = 'ended', lease = null where run = $1", run)
  if (row === undefined) return false
  yield* brokenOff(database, run, now)
  const result = encode(resultOf(row, status))
  const ended = yield* database.change(
    `update runs set status = $1, reason = $2, ended = $3, result = $4, holder = null, token = null
    where id = $5 and result is null`,
    status, reason, now, result, run
  )
  return ended > 0
})

/** Puts runs that were held back into their lines. */
const wait = Effect.fnUntraced(function*(database: Database, broker: Broker, rows: ReadonlyArray<Row>) {
  const waiting = rows.map((row) => ({
    ...deliveredOf(row),
    delivery: randomUUID(),
    place: Number(row["place"]),
    again: row["leased"] !== null
  }))
  for (const { delivery, run } of waiting) {
    yield* database.change("update tickets set state = 'waiting', delivery = $1 where run = $2", delivery, run)
  }
  yield* broker.put(database, waiting)
})

/** Takes a run that was not yet handed out, from its line or from before it, and ends it. */
export const withdraw = Effect.fnUntraced(function*(database: Database, broker: Broker, ending: Ending, now: number) {
  const [row] = yield* database.rows(
    "select run, demand, state, delivery from tickets where run = $1 and state in ('held', 'waiting')",
    ending.run
  )
  if (row === undefined) return false
  if (row["state"] === "waiting") yield* broker.settle(database, deliveredOf(row))
  return yield* end(database, ending, now)
})

/** How many of one kind a sweep deals with at once, so that it holds nobody up. */
const atOnce = 500

/** What a sweep has changed. */
export interface Swept {
  readonly ended: ReadonlyArray<Ending>
  readonly ready: number
}

const givenUp = (row: Row): Ending => ({
  run: String(row["run"]),
  status: "cancelled",
  reason: `it waited longer than it was to (--max-wait ${Math.round((Number(row["give_up"]) - Number(row["submitted"])) / 1000)} s)`
})

const bereft = (row: Row): Ending => ({
  run: String(row["run"]),
  status: "cancelled",
  reason: `run ${String(row["after_run"])}, which it was to come after, ${row["status"] === "failed" ? "failed" : "was cancelled"}`
})

/** Has those wait whose time has come, and ends those that have waited too long to begin, or for nothing. */
export const sweep = Effect.fn("Tickets.sweep")(function*(
  database: Database,
  broker: Broker,
  now: number
): Effect.fn.Return<Swept, StoreFailed> {
  const late = yield* database.rows(
    `select run, give_up, submitted from tickets where state in ('held', 'waiting') and give_up <= $1
      and exists (select 1 from runs where id = tickets.run and attempt = 0) limit ${atOnce}`,
    now
  )
  const orphans = yield* database.rows(
    `select tickets.run, tickets.after_run, before.status from tickets join runs before on before.id = tickets.after_run
    where tickets.state = 'held' and before.status in ('failed', 'cancelled') limit ${atOnce}`
  )
  const ended: Array<Ending> = []
  for (const ending of [...late.map(givenUp), ...orphans.map(bereft)]) {
    if (yield* withdraw(database, broker, ending, now)) ended.push(ending)
  }
  const ready = yield* database.rows(
    `select run, demand, place, leased from tickets where state = 'held' and not_before <= $1
      and (after_run is null or exists (select 1 from runs where id = tickets.after_run and status = 'succeeded'))
      and (after_launch is null or not exists (select 1 from runs where launch = tickets.after_launch and result is null))
    order by not_before, place, length(run), run limit ${atOnce}`,
    now
  )
  yield* wait(database, broker, ready)
  return { ended, ready: ready.length }
})
