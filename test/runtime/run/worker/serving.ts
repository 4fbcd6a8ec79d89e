/**
 * A queue in a temporary home, runs of a small classifier in it, and a worker's surroundings.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Experiment from "../../../../dsl/Experiment.ts"
import * as Recipe from "../../../../dsl/Recipe.ts"
import type { Locations } from "../../../../runtime/data/Locations.ts"
import * as Conditions from "../../../../runtime/engine/Conditions.ts"
import * as Home from "../../../../runtime/run/Home.ts"
import * as Prepare from "../../../../runtime/run/Prepare.ts"
import type { Claim } from "../../../../runtime/run/queue/Claim.ts"
import type { Offer } from "../../../../runtime/run/queue/Demand.ts"
import { Queue } from "../../../../runtime/run/queue/Queue.ts"
import * as Submission from "../../../../runtime/run/queue/Submission.ts"
import * as Submitting from "../../../../runtime/run/queue/Submitting.ts"
import { Reporter } from "../../../../runtime/run/Reporter.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import { Tables } from "../../../../runtime/run/store/Tables.ts"
import { Instruments } from "../../../../runtime/run/telemetry/Instruments.ts"
import type { Host } from "../../../../runtime/run/worker/Claimed.ts"
import { classifier } from "../jobs.ts"
import { runResult } from "../results.ts"
import { inTemporaryFolder } from "../temporary.ts"

/** Knows of no data set. */
const nowhere: Locations = { of: () => null, known: [] }

/** What a worker of these tests offers. */
export const offer: Offer = {
  ballast: Conditions.ballastVersion(),
  engines: [{ engine: "wasm", device: "cpu", memory: 8 * 2 ** 30 }],
  labels: {},
  data: ["cells"]
}

type Services = Queue | Store | Tables | Reporter | Instruments

/** Lends a host with an empty queue. */
export const onHost = <A, E>(use: (host: Host) => Effect.Effect<A, E, Services>) =>
  inTemporaryFolder((folder) =>
    Effect.gen(function*() {
      const home = yield* Home.open(path.join(folder, "home"))
      const tables = Tables.layerSqlite(home.database)
      const layer = Layer.mergeAll(Store.layer, Queue.layerEmbedded(home.runs), Reporter.layerSilent, Instruments.layer)
      return yield* use({ home, locations: nowhere }).pipe(
        Effect.provide(Layer.provideMerge(layer, tables)),
        Effect.provideService(References.MinimumLogLevel, "None")
      )
    })
  )

export interface Asked {
  readonly seeds?: ReadonlyArray<number>
  readonly recipe?: Partial<Recipe.Recipe>
  readonly injection?: string | null
}

/** Puts runs of the classifier into the queue, and returns their ids. */
export const submit = Effect.fnUntraced(function*({ home, locations }: Host, { injection = null, recipe = {}, seeds = [0] }: Asked = {}) {
  const queue = yield* Queue
  const declared = Experiment.make("served", {
    question: "What becomes of it?",
    arms: { a: Recipe.with(classifier, recipe) },
    seeds: [0],
    expect: []
  })
  const prepared = yield* Prepare.prepare(declared, { home, locations, rehash: false })
  const request = { file: "/e.ts", steps: null, engine: "wasm", injection } as const
  const submission = yield* Submitting.ofPrepared(prepared, { arms: ["a"], seeds, request, commit: null })
  const { runs } = yield* queue.submit(submission, Submission.usual)
  return runs.map(({ id }) => id)
})

/** Takes the next run from the queue, however long it was to wait. */
export const claimed: Effect.Effect<Claim, unknown, Queue | Tables> = Effect.gen(function*() {
  const queue = yield* Queue
  const database = yield* Tables
  yield* database.change("update tickets set not_before = 0")
  yield* queue.tend
  return (yield* queue.claim(offer)) ?? (yield* Effect.die(new Error("nothing waits")))
})

/** Says how a run stands in the record. */
export const standing = Effect.fnUntraced(function*(run: string) {
  const [record] = yield* Effect.flatMap(Store, ({ list }) => list({ prefix: run }))
  return record ?? (yield* Effect.die(new Error(`there is no run ${run}`)))
})

/** Leaves a run's folder as a worker does that has made it and could not record that. */
export const madeBefore = ({ home }: Host, run: string): void => {
  const directory = path.join(home.runs, run)
  fs.mkdirSync(directory, { recursive: true })
  fs.writeFileSync(path.join(directory, "result.json"), JSON.stringify(runResult({ id: run, arm: "a", directory })))
}
