import { describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { Store } from "../../../runtime/run/Store.ts"
import { Tables } from "../../../runtime/run/store/Tables.ts"
import { postgresql } from "../../postgres.ts"
import { inTemporaryFolder } from "./temporary.ts"

/** Opens one and the same record each time, as another process would. */
export type Opening = Layer.Layer<Store | Tables>

/** Lends a test an empty record. */
export type Lend = <A, E>(use: (opening: Opening) => Effect.Effect<A, E>) => Effect.Effect<A, E>

/** Lends a record, and what lies beneath it. */
export const recordOf = <E>(tables: Layer.Layer<Tables, E>): Opening => Layer.orDie(Layer.provideMerge(Store.layer, tables))

/** Declares tests that run against a record in a file, and against one in PostgreSQL where that is installed. */
export const onBoth = (title: string, body: (lend: Lend) => void): void => {
  describe(`${title} on SQLite`, () =>
    body((use) => inTemporaryFolder((folder) => use(recordOf(Tables.layerSqlite(path.join(folder, "ballast.db")))))))
  postgresql(`${title} on PostgreSQL`, (server) =>
    body((use) =>
      Effect.gen(function*() {
        const url = yield* (yield* server).database
        return yield* use(recordOf(Tables.layerPostgres(url)))
      })))
}
