/**
 * The broker of a record that the workers of one machine share: its tickets are the queue.
 */
import * as Effect from "effect/Effect"
import * as os from "node:os"
import * as Owner from "../Owner.ts"
import type { Holder } from "../store/Holder.ts"
import { type Broker, patience } from "./Broker.ts"

/** A process of this host that is gone is known to be; of another's nobody here knows. */
const isGone = (holder: Holder): boolean => holder.host === os.hostname() && !Owner.lives(holder)

/** Makes the broker of one process. */
export const make = (): Broker => {
  let looked = Infinity
  let awake = -Infinity
  return {
    put: () => Effect.void,
    take: (database, demand) =>
      Effect.map(
        // Rows are numbered as they were submitted, and the runs of a launch have one place.
        database.rows(
          "select run, delivery from tickets where state = 'waiting' and demand = $1 order by place, rowid limit 1",
          demand
        ),
        ([row]) => row === undefined ? null : { run: String(row["run"]), demand, delivery: String(row["delivery"]) }
      ),
    settle: () => Effect.void,
    touch: () => Effect.succeed(true),
    lost: (_, leased, now) =>
      Effect.sync(() => {
        // After a host's sleep its workers wake up together: that none was heard of meanwhile says nothing.
        if (now - looked > patience / 2) awake = now
        looked = now
        return leased
          .filter(({ beat, holder }) => isGone(holder) || now - Math.max(beat, awake) > patience)
          .map(({ run }) => run)
      })
  }
}
