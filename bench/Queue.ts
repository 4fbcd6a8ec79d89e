import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Queue } from "../runtime/run/queue/Queue.ts"
import { Store } from "../runtime/run/Store.ts"
import { Tables } from "../runtime/run/store/Tables.ts"
import * as postgres from "../test/postgres.ts"
import { offer, submission, usual } from "../test/runtime/run/queue/queues.ts"
import type { Bench } from "./Bench.ts"
import * as Timing from "./Timing.ts"

const sizes = [100, 1_000, 10_000]
const times = 21
const listed = 100

type Opening = Layer.Layer<Queue | Store>

interface Taken {
  /** Milliseconds for each run that was submitted, to list the newest runs, and to claim one. */
  readonly submit: number
  readonly list: number
  readonly claim: number
}

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const began = performance.now()
    yield* effect
    return performance.now() - began
  })

/** Fills a queue to a size, and takes the times there. */
const at = (size: number) =>
  Effect.gen(function*() {
    const [queue, store] = [yield* Queue, yield* Store]
    const { list: all } = store
    const before = (yield* all()).length
    const submit = yield* timed(queue.submit(submission(size - before), usual))
    const lists: Array<number> = []
    const claims: Array<number> = []
    for (let time = 0; time < times; time++) {
      lists.push(yield* timed(all({ limit: listed })))
      claims.push(yield* timed(queue.claim(offer)))
    }
    const taken: Taken = { submit: submit / (size - before), list: Timing.median(lists), claim: Timing.median(claims) }
    return taken
  })

const grown = Effect.fnUntraced(function*(name: string, opening: Opening) {
  const taken: Array<Taken> = []
  for (const size of sizes) taken.push(yield* at(size).pipe(Effect.provide(opening)))
  const row = (what: keyof Taken, words: string): string => {
    const values = taken.map((one) => one[what])
    const [first = NaN] = values
    const shown = values.map((value) => `${value.toFixed(2)} ms`).join(", ")
    return `${name}: ${words}: ${shown}; at ${sizes.at(-1)} / at ${sizes[0]} = ${((values.at(-1) ?? NaN) / first).toFixed(2)}`
  }
  return [
    row("submit", "a run, submitted"),
    row("list", `the newest ${listed} listed`),
    row("claim", "one claimed")
  ]
})

const openingOf = <E>(queue: Layer.Layer<Queue, E, Tables>, tables: Layer.Layer<Tables, E>): Opening =>
  Layer.orDie(Layer.merge(queue, Store.layer).pipe(Layer.provide(tables)))

const inFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "ballast-bench-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

/** Measures how the queue grows, on one machine and, where PostgreSQL is installed, on several. */
export const queue: Bench = {
  title: `submitting, listing and claiming in a queue of ${sizes.join(", ")} runs`,
  prediction: "at 10,000 runs none takes more than twice as long as at 100",
  measure: () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const folder = yield* inFolder
      const runs = path.join(folder, "runs")
      const embedded = yield* grown(
        "one machine",
        openingOf(Queue.layerEmbedded(runs), Tables.layerSqlite(path.join(folder, "ballast.db")))
      )
      const url = yield* Effect.flatMap(postgres.make(), ({ database }) => database)
      const shared = yield* grown(
        "PostgreSQL",
        openingOf(Queue.layerPostgres(url, runs, { tends: false }), Tables.layerPostgres(url))
      )
      return [...embedded, ...shared]
    })))
}
