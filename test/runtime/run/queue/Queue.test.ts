import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as path from "node:path"
import { beatEvery, patience } from "../../../../runtime/run/queue/Broker.ts"
import type { Claim } from "../../../../runtime/run/queue/Claim.ts"
import { Queue } from "../../../../runtime/run/queue/Queue.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import { Tables } from "../../../../runtime/run/store/Tables.ts"
import { runResult } from "../results.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { offer, onBoth, onSeveral, type Opening, record, type Services, submission, usual, withRecord } from "./queues.ts"

const using = <A, E>(opening: Opening, use: Effect.Effect<A, E, Services>): Effect.Effect<A, E> => Effect.provide(use, opening)

const submitted = Effect.fnUntraced(function*(...parameters: Parameters<typeof submission>) {
  const queue = yield* Queue
  const { runs } = yield* queue.submit(submission(...parameters), usual)
  return runs.map(({ id }) => id)
})

const taken = Effect.fnUntraced(function*() {
  const queue = yield* Queue
  const claim = yield* queue.claim(offer)
  return claim ?? assert.fail("there was nothing to take")
})

const recorded = (claim: Claim) => Effect.flatMap(Store, (store) => record({ store }, claim))

const statuses = Effect.gen(function*() {
  const store = yield* Store
  return (yield* store.list()).map(({ status }) => status)
})

onBoth("Queue", (lend) => {
  it.live("hands every run out once, whoever asks, and lets it go with its result", () =>
    lend((opening) =>
      Effect.gen(function*() {
        const runs = yield* using(opening, submitted(6))
        const worked = Effect.gen(function*() {
          const queue = yield* Queue
          const store = yield* Store
          const claims = [yield* taken(), yield* taken()]
          for (const claim of claims) {
            assert.deepStrictEqual(yield* queue.beat(claim), { kind: "held", cancel: null })
            const accepted = yield* store.accept(claim.run, { attempt: 1, token: claim.run }, { holder: claim.holder, at: 1 })
            assert.isTrue(accepted)
            const result = runResult({ id: claim.run })
            assert.isTrue(yield* store.end(result, claim.run, { holder: claim.holder, at: 2, reason: null }))
            assert.isTrue(yield* queue.done(claim))
            assert.deepStrictEqual(yield* queue.beat(claim), { kind: "lost" })
            assert.isFalse(yield* queue.done(claim))
          }
          return claims.map(({ run }) => run)
        })
        const workers = Array.from({ length: 3 }, () => using(opening, worked))
        const ran = (yield* Effect.all(workers, { concurrency: "unbounded" })).flat()
        assert.deepStrictEqual(ran.toSorted(), runs.toSorted())
        yield* using(opening, Effect.gen(function*() {
          const queue = yield* Queue
          assert.isNull(yield* queue.claim(offer))
          assert.deepStrictEqual(yield* statuses, Array(6).fill("succeeded"))
        }))
      })
    ))

  it.live("has no more at work at once than a limit allows, whoever asks, and however many do", () =>
    lend((opening) =>
      Effect.gen(function*() {
        const most = 2
        const runs = [
          ...yield* using(opening, submitted(7, { limits: { licences: most } })),
          ...yield* using(opening, submitted(7, { device: "cpu", limits: { licences: most, others: 9 } }))
        ]
        const ran: Array<string> = []
        const seen: Array<number> = []
        let working = 0
        const worked = Effect.gen(function*() {
          const queue = yield* Queue
          while (ran.length < runs.length) {
            const claim = yield* queue.claim(offer)
            if (claim === null) {
              yield* Effect.sleep("5 millis")
              continue
            }
            ran.push(claim.run)
            seen.push(++working, (yield* queue.overview).leased)
            yield* Effect.sleep("10 millis")
            assert.isTrue(yield* recorded(claim))
            working--
            assert.isTrue(yield* queue.done(claim))
          }
        })
        const worker = using(opening, Effect.all([worked, worked, worked], { concurrency: "unbounded", discard: true }))
        yield* Effect.all([worker, worker, worker], { concurrency: "unbounded" })
        assert.strictEqual(Math.max(...seen), most)
        assert.deepStrictEqual(ran.toSorted(), runs.toSorted())
      })
    ))

  it.live("tells what is held back and waits, gives back, cancels, and knows its workers", () =>
    lend((opening) =>
      using(opening, Effect.gen(function*() {
        const queue = yield* Queue
        const [first = "", second = ""] = yield* submitted(2)
        const claim = yield* taken()
        assert.strictEqual(claim.run, first)
        assert.isTrue(yield* queue.giveBack(claim, "not here", 3600))
        assert.deepStrictEqual(yield* queue.tend, { ended: [], ready: 0, fired: [], recovered: [] })
        const { held, leased, waiting } = yield* queue.overview
        assert.deepStrictEqual([held, waiting, leased], [1, 1, 0])
        assert.strictEqual(yield* queue.cancel(second, "not needed"), "cancelled")
        assert.isNull(yield* queue.claim(offer))
        const third = { ...usual, notBefore: (yield* queue.now) + 3_600_000 }
        yield* queue.submit(submission(1), third)
        assert.strictEqual((yield* queue.tend).ready, 0)

        yield* queue.tell({ id: "w", host: "h", offer, slots: 2, started: 7 })
        assert.deepStrictEqual((yield* queue.overview).workers.map(({ id, slots }) => [id, slots]), [["w", 2]])
        yield* queue.leave("w")
        assert.deepStrictEqual((yield* queue.overview).workers, [])

        const [again = ""] = yield* submitted(1)
        assert.isTrue(yield* queue.giveBack(yield* taken(), "drained", 0))
        assert.isNull(yield* queue.claim(offer))
        assert.strictEqual((yield* queue.tend).ready, 1)
        assert.strictEqual((yield* taken()).run, again)
      }))
    ))
})

describe("Queue on one machine", () => {
  it.effect("gives a run to another whose worker is not heard of, and hears of one that is", () =>
    inTemporaryFolder((folder) => {
      const opening = withRecord(Queue.layerEmbedded(path.join(folder, "runs")), Tables.layerSqlite(path.join(folder, "ballast.db")))
      return using(opening, Effect.gen(function*() {
        const queue = yield* Queue
        yield* submitted(2)
        const [paused, well] = [yield* taken(), yield* taken()]
        for (let waited = 0; waited < patience; waited += beatEvery) {
          yield* TestClock.adjust(beatEvery)
          assert.deepStrictEqual((yield* queue.tend).recovered, [])
          assert.deepStrictEqual(yield* queue.beat(well), { kind: "held", cancel: null })
        }
        yield* TestClock.adjust(1)
        yield* using(opening, Effect.gen(function*() {
          const queue = yield* Queue
          assert.deepStrictEqual((yield* queue.tend).recovered, [{ run: paused.run, ended: null }])
          const again = yield* taken()
          assert.strictEqual(again.run, paused.run)
          assert.isTrue(yield* recorded(again))
          assert.isTrue(yield* queue.done(again))
        }))
        assert.deepStrictEqual(yield* queue.beat(paused), { kind: "lost" })
        assert.isFalse(yield* recorded(paused))
        assert.isFalse(yield* queue.giveBack(paused, "drained", 0))
        assert.isFalse(yield* queue.done(paused))
        assert.isTrue(yield* recorded(well))
        assert.isTrue(yield* queue.done(well))
        assert.deepStrictEqual(yield* statuses, ["succeeded", "succeeded"])
      }))
    }))
})

type Deed = "submit" | "claim" | "end" | "return" | "cancel" | "restart"

const deeds: fc.Arbitrary<ReadonlyArray<Deed>> = fc.array(
  fc.constantFrom<Deed>("submit", "claim", "claim", "end", "return", "cancel", "restart"),
  { minLength: 30, maxLength: 30 }
)

onSeveral("Queue", (lend, server) => {
  it.live("gives a run to another whose worker is not heard of for ten seconds, and hears of one that is", () =>
    lend((opening) =>
      using(opening, Effect.gen(function*() {
        const queue = yield* Queue
        yield* submitted(2)
        const [paused, well] = [yield* taken(), yield* taken()]
        const claimed = yield* queue.now
        let recovered: ReadonlyArray<unknown> = []
        while (recovered.length === 0) {
          yield* Effect.sleep("500 millis")
          assert.deepStrictEqual(yield* queue.beat(well), { kind: "held", cancel: null })
          recovered = (yield* queue.tend).recovered
        }
        assert.isAbove((yield* queue.now) - claimed, patience)
        assert.deepStrictEqual(recovered, [{ run: paused.run, ended: null }])
        assert.deepStrictEqual(yield* queue.beat(paused), { kind: "lost" })
        const again = yield* using(opening, taken())
        assert.strictEqual(again.run, paused.run)
        assert.isFalse(yield* recorded(paused))
        assert.isFalse(yield* queue.giveBack(paused, "drained", 0))
        assert.isFalse(yield* queue.done(paused))
        for (const claim of [again, well]) {
          assert.isTrue(yield* recorded(claim))
          assert.isTrue(yield* queue.done(claim))
        }
        assert.deepStrictEqual(yield* statuses, ["succeeded", "succeeded"])
      }))
    ))

  it.live("loses and doubles nothing where the server is started again between any two calls", () =>
    lend((opening) =>
      using(opening, Effect.gen(function*() {
        const { restart } = yield* server
        const queue = yield* Queue
        const waiting = new Set<string>()
        const expected = new Map<string, string>()
        let claims: ReadonlyArray<Claim> = []
        const doing: Record<Deed, Effect.Effect<unknown, unknown, Services>> = {
          submit: Effect.map(submitted(2), (runs) => runs.forEach((run) => waiting.add(run))),
          claim: Effect.map(queue.claim(offer), (claim) => {
            if (claim === null) return assert.strictEqual(waiting.size, 0)
            assert.isTrue(waiting.delete(claim.run))
            claims = [...claims, claim]
          }),
          end: Effect.gen(function*() {
            const [claim, ...others] = claims
            if (claim === undefined) return
            assert.isTrue(yield* recorded(claim))
            yield* restarted
            assert.isTrue(yield* queue.done(claim))
            claims = others
            expected.set(claim.run, "succeeded")
          }),
          return: Effect.gen(function*() {
            const [claim, ...others] = claims
            if (claim === undefined) return
            assert.isTrue(yield* queue.giveBack(claim, "drained", 0))
            yield* restarted
            assert.strictEqual((yield* queue.tend).ready, 1)
            claims = others
            waiting.add(claim.run)
          }),
          cancel: Effect.gen(function*() {
            const [run] = waiting
            if (run === undefined) return
            assert.strictEqual(yield* queue.cancel(run, "not needed"), "cancelled")
            waiting.delete(run)
            expected.set(run, "cancelled")
          }),
          restart: Effect.suspend(() => restarted)
        }
        let restarts = 0
        const restarted = Effect.suspend(() => restarts++ < 8 ? restart("immediate") : Effect.void)
        for (const deed of fc.sample(deeds, 1).flat()) {
          yield* doing[deed]
          for (const claim of claims) assert.deepStrictEqual(yield* queue.beat(claim), { kind: "held", cancel: null })
        }
        while (waiting.size > 0) yield* doing.claim
        while (claims.length > 0) yield* doing.end
        assert.isNull(yield* queue.claim(offer))
        const store = yield* Store
        const found = new Map((yield* store.list()).map(({ id, status }) => [id, status]))
        assert.deepStrictEqual(found, expected)
      }))
    ))

  it.live("loses and doubles nothing where the server is started again in the middle of calls", () =>
    lend((opening) =>
      using(opening, Effect.gen(function*() {
        const { restart } = yield* server
        const runs = yield* submitted(12)
        const ended: Array<string> = []
        const worked = Effect.gen(function*() {
          const queue = yield* Queue
          while (true) {
            yield* queue.tend
            const claim = yield* queue.claim(offer)
            if (claim === null) return yield* Effect.sleep("100 millis")
            yield* Effect.sleep("100 millis")
            yield* queue.beat(claim)
            if (yield* recorded(claim)) ended.push(claim.run)
            yield* queue.done(claim)
          }
        })
        const open = Effect.map(statuses, (found) => found.some((status) => status !== "succeeded"))
        // A worker goes on after a failure; what it does not know to be its own is given to another in the end.
        const worker = Effect.gen(function*() {
          while (yield* Effect.orElseSucceed(open, () => true)) yield* Effect.ignore(worked)
        })
        const restarts = Effect.forEach([1, 2, 3], () => Effect.andThen(Effect.sleep("300 millis"), restart("immediate")))
        yield* Effect.all([using(opening, worker), using(opening, worker), restarts], { concurrency: "unbounded" })
        assert.strictEqual(new Set(ended).size, ended.length)
        const store = yield* Store
        const list = yield* store.list()
        assert.deepStrictEqual(list.map(({ id }) => id).toSorted(), runs.toSorted())
        assert.deepStrictEqual(list.map(({ status }) => status), Array(12).fill("succeeded"))
      }))
    ))
})
