import { describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import type { Database, StoreFailed } from "../../../../runtime/run/store/Database.ts"
import * as Postgres from "../../../../runtime/run/store/Postgres.ts"
import * as Sqlite from "../../../../runtime/run/store/Sqlite.ts"
import { postgresql } from "../../../postgres.ts"
import { inTemporaryFolder } from "../temporary.ts"

/** Opens one and the same database each time, as another process would. */
export type Opening = Effect.Effect<Database, StoreFailed, Scope.Scope>

/** Lends a test an empty database. */
export type Lend = <A, E>(use: (opening: Opening) => Effect.Effect<A, E, Scope.Scope>) => Effect.Effect<A, E>

/** Declares tests that run against SQLite, and against PostgreSQL where that is installed. */
export const onBoth = (title: string, body: (lend: Lend) => void): void => {
  describe(`${title} on SQLite`, () =>
    body((use) => inTemporaryFolder((folder) => Effect.scoped(use(Sqlite.open(path.join(folder, "ballast.db")))))))
  postgresql(`${title} on PostgreSQL`, (server) =>
    body((use) =>
      Effect.gen(function*() {
        const url = yield* (yield* server).database
        return yield* Effect.scoped(use(Postgres.open(url)))
      })))
}
