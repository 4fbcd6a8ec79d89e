import { describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import * as Recipe from "../../../../dsl/Recipe.ts"
import * as Demand from "../../../../runtime/run/queue/Demand.ts"
import { Queue } from "../../../../runtime/run/queue/Queue.ts"
import * as Submission from "../../../../runtime/run/queue/Submission.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import { Tables } from "../../../../runtime/run/store/Tables.ts"
import * as recipes from "../../../dsl/recipes.ts"
import { postgresql } from "../../../postgres.ts"
import { inTemporaryFolder } from "../temporary.ts"

export type Services = Queue | Store | Tables

/** Opens one and the same queue each time, as another process would. */
export type Opening = Layer.Layer<Services>

/** Lends a test an empty queue. */
export type Lend = <A, E>(use: (opening: Opening) => Effect.Effect<A, E>) => Effect.Effect<A, E>

const withRecord = <E>(queue: Layer.Layer<Queue, E, Tables>, tables: Layer.Layer<Tables, E>): Opening =>
  Layer.orDie(Layer.merge(queue, Store.layer).pipe(Layer.provideMerge(tables)))

/** Declares tests that run against the queue of one machine, and against that of several where PostgreSQL is installed. */
export const onBoth = (title: string, body: (lend: Lend) => void): void => {
  describe(`${title} on one machine`, () =>
    body((use) =>
      inTemporaryFolder((folder) =>
        use(withRecord(Queue.layerEmbedded(path.join(folder, "runs")), Tables.layerSqlite(path.join(folder, "ballast.db"))))
      )))
  postgresql(`${title} on several machines`, (server) =>
    body((use) =>
      Effect.gen(function*() {
        const url = yield* (yield* server).database
        return yield* inTemporaryFolder((folder) =>
          use(withRecord(Queue.layerPostgres(url, path.join(folder, "runs"), { tends: true }), Tables.layerPostgres(url)))
        )
      })))
}

export const origin = { commit: "c0ffee", dirty: null, ballast: "1.0.0" } as const

/** What every worker of these tests offers. */
export const offer: Demand.Offer = {
  ballast: origin.ballast,
  engines: [{ engine: "wasm", device: "cpu", memory: 8 * 2 ** 30 }],
  labels: {},
  data: []
}

/** A launch of one arm at some seeds, on any host or on one that a recipe demands. */
export const submission = (
  seeds: number,
  host: Partial<Recipe.Recipe["host"]> = {},
  identity: Partial<Submission.SubmittedArm["identity"]> = {}
): Submission.Submission => {
  const recipe = Recipe.with(recipes.recipe, { host: { ...recipes.recipe.host, ...host } })
  return {
    experiment: "queued",
    request: { file: "/e.ts", steps: null, engine: "auto", injection: null, expect: [], origin },
    arms: {
      only: {
        recipe: Recipe.encode(recipe),
        identity: { recipe: "r", graph: "g", training: null, data: null, ...identity },
        totalSteps: 10,
        demand: Demand.of(recipe, { ballast: origin.ballast, engine: "auto" })
      }
    },
    runs: Array.from({ length: seeds }, (_, seed) => ({ arm: "only", seed }))
  }
}

export const { usual } = Submission
