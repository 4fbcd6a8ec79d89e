import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Claim } from "../../../../runtime/run/queue/Claim.ts"
import * as Holder from "../../../../runtime/run/store/Holder.ts"
import { byHand, jobs, onBoth, origin, record, submission } from "./queues.ts"

const t0 = Date.UTC(2026, 5, 1)

onBoth("Cancel", (lend) => {
  it.live("ends what nobody has yet, held back or in its line", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(3))
      yield* queue.submit(t0, submission(1), { notBefore: t0 + 1 })
      for (const run of ["l1-2", "l2-1"]) {
        assert.strictEqual(yield* queue.cancel(t0 + 7, run, "not needed"), "cancelled")
        assert.strictEqual(yield* queue.cancel(t0 + 8, run, "another reason"), "ended")
        const [found] = yield* parts.store.list({ prefix: run })
        const { ended, holder, queued, reason, result, status } = found ?? {}
        assert.deepStrictEqual({ ended, holder, queued, reason, status }, {
          ended: t0 + 7,
          holder: null,
          queued: false,
          reason: "not needed",
          status: "cancelled"
        })
        const { arm, attempts, seed, status: told } = result ?? {}
        assert.deepStrictEqual({ arm, attempts, seed, told }, { arm: "only", attempts: [], seed: run === "l1-2" ? 1 : 0, told: "cancelled" })
      }
      yield* queue.sweep(t0 + 9)
      assert.isTrue([2, null].includes(yield* jobs(parts)))
      const left = [yield* queue.claim(t0), yield* queue.claim(t0), yield* queue.claim(t0)]
      assert.deepStrictEqual(left.map((claim) => claim?.run), ["l1-1", "l1-3", undefined])
    })))

  it.live("asks the worker of a run to end it, and keeps the first reason", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      const claim = (yield* queue.claim(t0)) as Claim
      assert.deepStrictEqual(yield* queue.beat(t0, claim), { kind: "held", cancel: null })
      assert.strictEqual(yield* queue.cancel(t0, claim.run, "first"), "asked")
      assert.strictEqual(yield* queue.cancel(t0, claim.run, "second"), "asked")
      assert.deepStrictEqual(yield* queue.beat(t0, claim), { kind: "held", cancel: "first" })
      assert.isTrue(yield* record(parts, claim, { status: "cancelled" }))
      assert.strictEqual(yield* queue.cancel(t0, claim.run), "ended")
      assert.isTrue(yield* queue.release(t0, claim))
      assert.strictEqual(yield* queue.cancel(t0, claim.run), "ended")
    })))

  it.live("leaves alone what is in no queue", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      const request = { file: null, steps: null, engine: "auto", injection: null, expect: [], origin } as const
      yield* parts.store.begin(
        { id: "own", experiment: "e", started: t0, request, runs: [{ id: "own-1", arm: "a", seed: 0, directory: "/nowhere/own-1" }] },
        Holder.self()
      )
      const before = yield* parts.store.list()
      assert.strictEqual(yield* queue.cancel(t0, "own-1"), "elsewhere")
      assert.strictEqual(yield* queue.cancel(t0, "nothing-1"), "elsewhere")
      assert.deepStrictEqual(yield* parts.store.list(), before)
    })))
})
