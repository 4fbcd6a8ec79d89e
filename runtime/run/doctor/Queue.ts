import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Home from "../Home.ts"
import { Queue } from "../queue/Queue.ts"
import type { Overview } from "../queue/Workers.ts"
import { Tables } from "../store/Tables.ts"
import * as Check from "./Check.ts"
import * as StoreCheck from "./Store.ts"

const name = "queue"

/** Leases go by the database's clock; people read times by this machine's. */
const toleratedMilliseconds = 2000

export interface Seen {
  readonly overview: Overview
  /** By how many milliseconds the queue's clock is ahead of this process's. */
  readonly ahead: number
}

const runs = (count: number): string => `${count} ${count === 1 ? "run" : "runs"}`

/** Says whether runs of a queue are taken by somebody, and its clock is right. */
export const judge = ({ ahead, overview }: Seen): ReadonlyArray<Check.Diagnosis> => {
  const { held, leased, lines, waiting, workers } = overview
  const found: Array<Check.Diagnosis> = []
  if (waiting > 0 && workers.length === 0) {
    found.push(Check.warning(name, `${runs(waiting)} ${waiting === 1 ? "waits" : "wait"}, and no worker is there`, "npx ballast worker, or the service that keeps one"))
  }
  for (const line of lines) {
    const [first] = line.lacking
    if (first === undefined) continue
    found.push(Check.warning(
      name,
      `${runs(line.waiting)} no worker can take: ${first.worker} lacks ${first.what}`,
      "start a worker that has it, or npx ballast runs cancel what nobody is to make"
    ))
  }
  if (Math.abs(ahead) > toleratedMilliseconds) {
    found.push(Check.warning(
      name,
      `the database's clock is ${(Math.abs(ahead) / 1000).toFixed(1)} s ${ahead > 0 ? "ahead of" : "behind"} this machine's`,
      "set both right: timedatectl set-ntp true, as root, on each"
    ))
  }
  if (found.length > 0) return found
  const there = workers.length === 1 ? "1 worker is" : `${workers.length} workers are`
  return [Check.ok(name, `${waiting + held} waiting, ${leased} at work; ${there} there`)]
}

const look = Effect.gen(function*() {
  const queue = yield* Queue
  const now = yield* queue.now
  const seen: Seen = { overview: yield* queue.overview, ahead: now - Date.now() }
  return judge(seen)
})

/** Looks at the queue, this machine's or the shared one: who takes from it, what nobody can take, its clock. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: Effect.fn("Queue.look")(function*(examined) {
    const home = Home.at(examined.home)
    const { queue } = examined
    if (queue !== null) {
      return yield* look.pipe(
        Effect.provide(Queue.layerPostgres(queue, home.runs, { tends: false }).pipe(Layer.provide(Tables.layerPostgres(queue)))),
        Effect.catch(({ message }) =>
          Effect.succeed([Check.failed(name, message, "mend the database, or name another with --queue or BALLAST_QUEUE")]))
      )
    }
    if (!Home.hasRuns(home)) return [Check.ok(name, `nothing was queued in ${home.directory} yet`)]
    const record = yield* StoreCheck.check.look(examined)
    if (record.some(({ status }) => status === "failed")) {
      return [Check.warning(name, "not known: the record of runs cannot be used", "mend the store first, which has a line of its own")]
    }
    return yield* look.pipe(
      Effect.provide(Queue.layerEmbedded(home.runs).pipe(Layer.provide(Tables.layerSqlite(home.database)))),
      Effect.catch(({ message }) => Effect.succeed([Check.warning(name, `not known: ${message}`, "mend the store first")]))
    )
  })
}
