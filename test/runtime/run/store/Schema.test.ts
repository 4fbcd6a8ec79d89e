import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Queue } from "../../../../runtime/run/queue/Queue.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import type { Database, Value } from "../../../../runtime/run/store/Database.ts"
import { Tables } from "../../../../runtime/run/store/Tables.ts"
import { offer, record, submission, usual } from "../queue/queues.ts"

/** Has a database say how it goes about each statement, before it does. */
const explaining = (database: Database, plans: Map<string, string>): Database => {
  const explain = (inside: Database, statement: string, values: ReadonlyArray<Value>) =>
    /^\s*(select|update|delete)\b/.test(statement)
      ? Effect.map(inside.rows(`explain query plan ${statement}`, ...values), (rows) => {
        plans.set(statement, rows.map(({ detail }) => detail).join("\n"))
      })
      : Effect.void
  const around = (inside: Database): Database => ({
    ...inside,
    rows: (statement, ...values) => Effect.andThen(explain(inside, statement, values), inside.rows(statement, ...values)),
    change: (statement, ...values) => Effect.andThen(explain(inside, statement, values), inside.change(statement, ...values)),
    transaction: (body) => inside.transaction((inside) => body(around(inside)))
  })
  return around(database)
}

/** Does everything with a queue that its workers do again and again, and a submission. */
const worked = Effect.gen(function*() {
  const queue = yield* Queue
  const store = yield* Store
  yield* queue.submit(submission(3, {}, { training: "t", data: "d" }), usual)
  yield* queue.tell({ id: "w", host: "h", offer, slots: 1, started: 1 })
  const [one, two] = [yield* queue.claim(offer), yield* queue.claim(offer)]
  if (one === null || two === null) return assert.fail("there was nothing to take")
  yield* queue.beat(one)
  yield* record({ store }, one)
  yield* queue.done(one)
  yield* queue.giveBack(two, "drained", 0)
  yield* queue.cancel(two.run, "not needed")
  yield* queue.tend
  yield* queue.overview
})

describe("Schema", () => {
  it.effect("has an index for whatever a queue asks of its runs and tickets, of which there are many", () =>
    Effect.gen(function*() {
      const plans = new Map<string, string>()
      const explained = explaining(yield* Tables, plans)
      yield* worked.pipe(
        Effect.provide(Queue.layerEmbedded("/nowhere")),
        Effect.provide(Store.layer),
        Effect.provideService(Tables, explained)
      )
      assert.isAbove(plans.size, 20)
      const scanning = [...plans].filter(([, plan]) => /\bSCAN (tickets|runs|launches|before)\b/.test(plan))
      assert.deepStrictEqual(scanning, [])
      // By its status it would go through all that ever succeeded.
      const [, answered] = [...plans].find(([statement]) => statement.includes("answer in")) ?? []
      assert.match(answered ?? "", /runs_by_answer/)
    }).pipe(Effect.provide(Tables.layerSqlite(":memory:"))))
})
