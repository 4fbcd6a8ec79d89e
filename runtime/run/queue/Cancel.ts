/**
 * Cancelling runs of the queue.
 */
import * as Effect from "effect/Effect"
import type { Database } from "../store/Database.ts"
import type { Broker } from "./Broker.ts"
import * as Tickets from "./Tickets.ts"

/** What became of a wish: it is cancelled, its worker is to end it, it had ended, or it is in no queue. */
export type Cancelled = "cancelled" | "asked" | "ended" | "elsewhere"

/** Cancels a run that waits, and has the worker end one that runs, with a checkpoint. */
export const cancel = Effect.fn("Cancel.cancel")(function*(
  database: Database,
  broker: Broker,
  run: string,
  reason: string,
  now: number
) {
  if (yield* Tickets.withdraw(database, broker, { run, status: "cancelled", reason }, now)) return "cancelled"
  const asked = yield* database.change(
    `update tickets set cancel = coalesce(cancel, $1) where run = $2 and state = 'leased'
      and exists (select 1 from runs where id = $2 and result is null)`,
    reason, run
  )
  if (asked > 0) return "asked"
  const ended = yield* database.rows("select 1 from runs where id = $1 and result is not null", run)
  return ended.length > 0 ? "ended" : "elsewhere"
})
