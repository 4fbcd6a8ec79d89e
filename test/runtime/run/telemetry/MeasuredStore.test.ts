import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { StoreFailed } from "../../../../runtime/run/store/Database.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import * as MeasuredStore from "../../../../runtime/run/telemetry/MeasuredStore.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { valueOf } from "./exposition.ts"
import { measured, shown } from "./measuring.ts"

const errors = Effect.map(shown, (families) => valueOf(families, "ballast_store_errors_total"))

describe("MeasuredStore", () => {
  it.live("counts what the record fails, and lets it fail as before", () =>
    inTemporaryFolder((folder) => {
      const file = path.join(folder, "ballast.db")
      const layer = Layer.provide(MeasuredStore.layer, Store.layerSqlite(file))
      return measured(Effect.gen(function*() {
        const store = yield* Store
        assert.deepStrictEqual(yield* store.list(), [])
        assert.isNull(yield* store.launch("none"))
        assert.strictEqual(yield* errors, 0)
        const another = new DatabaseSync(file)
        another.exec("drop table launches")
        another.close()
        assert.instanceOf(yield* Effect.flip(store.list()), StoreFailed)
        assert.strictEqual(yield* errors, 1)
      }).pipe(Effect.provide(layer)))
    }))

  it.effect("counts no other failures, and keeps what is no effect", () =>
    Effect.gen(function*() {
      let failures = 0
      const service = {
        name: "queue",
        taken: Effect.fail("taken" as const),
        failing: (message: string) => Effect.fail(new StoreFailed({ message })),
        whose(this: { readonly name: string }) {
          return this.name
        }
      }
      const counting = MeasuredStore.counting(service, () => failures++)
      assert.strictEqual(yield* Effect.flip(counting.taken), "taken")
      assert.strictEqual(failures, 0)
      assert.strictEqual((yield* Effect.flip(counting.failing("gone"))).message, "gone")
      assert.strictEqual(failures, 1)
      assert.deepStrictEqual([counting.name, counting.whose()], ["queue", "queue"])
    }))
})
