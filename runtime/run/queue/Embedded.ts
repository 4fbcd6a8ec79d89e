/**
 * The broker of a record that the workers of one machine share: its tickets are the queue.
 */
import * as Effect from "effect/Effect"
import * as Owner from "../Owner.ts"
import { type Broker, type Leased, patience } from "./Broker.ts"

/** A process that is gone is known to be, and one that hangs or was paused is not heard of. */
const isLost = ({ beat, holder }: Leased, now: number): boolean => !Owner.lives(holder) || now - beat > patience

export const broker: Broker = {
  put: () => Effect.void,
  take: (database, demand) =>
    Effect.map(
      database.rows(
        "select run, delivery from tickets where demand = $1 and state = 'waiting' order by place, run limit 1",
        demand
      ),
      ([row]) => row === undefined ? null : { run: String(row["run"]), demand, delivery: String(row["delivery"]) }
    ),
  settle: () => Effect.void,
  touch: () => Effect.succeed(true),
  lost: (leased, now) =>
    Effect.succeed(leased.filter((one) => isLost(one, now)).map(({ run }) => ({ run, spent: false })))
}
