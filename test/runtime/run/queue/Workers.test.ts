import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { patience } from "../../../../runtime/run/queue/Broker.ts"
import * as Workers from "../../../../runtime/run/queue/Workers.ts"
import { byHand, offer, onBoth, submission } from "./queues.ts"

const t0 = Date.UTC(2026, 5, 1)

const worker = (id: string, changes: Partial<Workers.WorkerRecord> = {}) => ({ id, host: "h", offer, slots: 1, started: t0, ...changes })

onBoth("Workers", (lend) => {
  it.live("lists those that are heard of, by when they started", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const { database } = yield* taking
      const labelled = { ...offer, labels: { gpu: "h200" }, data: ["blood-cells"] }
      yield* Workers.tell(database, worker("late", { started: t0 + 1, offer: labelled, slots: 4 }), t0 + 1)
      yield* Workers.tell(database, worker("early"), t0)
      assert.deepStrictEqual(yield* Workers.list(database, t0 + 1), [
        { ...worker("early"), beat: t0 },
        { ...worker("late", { started: t0 + 1, offer: labelled, slots: 4 }), beat: t0 + 1 }
      ])
      assert.deepStrictEqual((yield* Workers.list(database, t0 + patience)).map(({ id }) => id), ["early", "late"])
      assert.deepStrictEqual((yield* Workers.list(database, t0 + patience + 1)).map(({ id }) => id), ["late"])
      assert.deepStrictEqual(yield* Workers.list(database, t0 + patience + 2), [])
      yield* Workers.tell(database, worker("early"), t0 + patience + 2)
      assert.deepStrictEqual((yield* Workers.list(database, t0 + patience + 2)).map(({ id }) => id), ["early"])
      yield* Workers.leave(database, "early")
      assert.deepStrictEqual(yield* Workers.list(database, t0), [{ ...worker("late", { started: t0 + 1, offer: labelled, slots: 4 }), beat: t0 + 1 }])
    })))

  it.live("takes what a worker tells anew, also one that has the number of one that is gone", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const { database } = yield* taking
      yield* Workers.tell(database, worker("h/7"), t0)
      const next = worker("h/7", { slots: 3, started: t0 + 5, offer: { ...offer, ballast: "2.0.0" } })
      yield* Workers.tell(database, next, t0 + 5)
      assert.deepStrictEqual(yield* Workers.list(database, t0 + 5), [{ ...next, beat: t0 + 5 }])
    })))

  it.live("forgets those that were not heard of for an hour", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const { database } = yield* taking
      yield* Workers.tell(database, worker("gone"), t0)
      yield* Workers.tell(database, worker("there"), t0 + 60 * 60 * 1000)
      assert.strictEqual((yield* database.rows("select id from workers")).length, 2)
      yield* Workers.tell(database, worker("there"), t0 + 60 * 60 * 1000 + 1)
      assert.deepStrictEqual(yield* database.rows("select id from workers"), [{ id: "there" }])
    })))

  it.live("counts what is held back, waits and is at work, and says what nobody can take, and why", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const { database } = parts
      const queue = byHand(parts)
      assert.deepStrictEqual(yield* Workers.overview(database, t0), { held: 0, waiting: 0, leased: 0, workers: [], lines: [] })
      yield* queue.submit(t0, submission(3))
      yield* queue.submit(t0 + 1, submission(2, { labels: { gpu: "h200" } }))
      yield* queue.submit(t0 + 2, submission(2, { labels: { gpu: "h200" } }))
      yield* queue.submit(t0 + 3, submission(4), { notBefore: t0 + 9 })
      yield* queue.claim(t0)

      const alone = yield* Workers.overview(database, t0)
      assert.deepStrictEqual([alone.held, alone.waiting, alone.leased], [4, 6, 1])
      assert.deepStrictEqual(alone.lines.map(({ lacking, since, waiting }) => ({ lacking, since, waiting })).toSorted((a, b) => a.since - b.since), [
        { lacking: [], since: t0, waiting: 2 },
        { lacking: [], since: t0 + 1, waiting: 4 }
      ])

      const lackingOf = Effect.map(Workers.overview(database, t0), ({ lines }) => {
        const line = lines.find(({ demand }) => demand.labels["gpu"] !== undefined)
        return line?.lacking
      })
      yield* Workers.tell(database, worker("one"), t0)
      yield* Workers.tell(database, worker("two", { started: t0 + 1, offer: { ...offer, labels: { gpu: "a100" } } }), t0)
      assert.deepStrictEqual(yield* lackingOf, [
        { worker: "one", what: "the label gpu=h200, and there is none" },
        { worker: "two", what: "the label gpu=h200, and here it is a100" }
      ])
      yield* Workers.tell(database, worker("three", { offer: { ...offer, labels: { gpu: "h200" } } }), t0)
      assert.deepStrictEqual(yield* lackingOf, [])
    })))
})
