/**
 * The database that keeps the record, opened and brought to this version's tables.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Database, StoreFailed } from "./Database.ts"
import * as Migrations from "./Migrations.ts"
import * as Postgres from "./Postgres.ts"
import * as Schema from "./Schema.ts"
import * as Sqlite from "./Sqlite.ts"

/** The open database. */
export class Tables extends Context.Service<Tables, Database>()("ballast/Tables") {
  /** Opens a file, which is made where it is not there. */
  static readonly layerSqlite = (file: string): Layer.Layer<Tables, StoreFailed> => Tables.layer(Sqlite.open(file))

  /** Opens a database that several hosts share, by its address. */
  static readonly layerPostgres = (url: string): Layer.Layer<Tables, StoreFailed> => Tables.layer(Postgres.open(url))

  private static readonly layer = (
    open: Effect.Effect<Database, StoreFailed, Scope.Scope>
  ): Layer.Layer<Tables, StoreFailed> =>
    Layer.effect(Tables, Effect.tap(open, (database) => Migrations.migrate(database, Schema.migrations)))
}
