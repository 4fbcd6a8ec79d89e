import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Claim } from "../../../../runtime/run/queue/Claim.ts"
import type { RunResult } from "../../../../runtime/run/Result.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import { record as attempt } from "../states.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { byHand, jobs, onBoth, type Parts, record, submission } from "./queues.ts"

const second = 1_000
const t0 = Date.UTC(2026, 5, 1)

const statuses = ({ store }: Parts) =>
  Effect.map(store.list(), (runs) => Object.fromEntries(runs.map(({ id, reason, status }) => [id, reason ?? status])))

/** Takes the first run and brings it to an end. */
const worked = Effect.fnUntraced(function*(parts: Parts, now: number, status: RunResult["status"] = "succeeded") {
  const queue = byHand(parts)
  const claim = (yield* queue.claim(now)) as Claim
  assert.isTrue(yield* record(parts, claim, { status }))
  assert.isTrue(yield* queue.release(now, claim))
  return claim.run
})

onBoth("Tickets", (lend) => {
  it.live("holds a run back until its time has come", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1), { notBefore: t0 + 60 * second })
      yield* queue.submit(t0, submission(1), { notBefore: t0 - 60 * second })
      assert.strictEqual(yield* worked(parts, t0), "l2-1")
      assert.deepStrictEqual(yield* queue.sweep(t0 + 60 * second - 1), { ended: [], ready: 0 })
      assert.isNull(yield* queue.claim(t0 + 60 * second - 1))
      assert.deepStrictEqual(yield* queue.sweep(t0 + 60 * second), { ended: [], ready: 1 })
      assert.deepStrictEqual(yield* queue.sweep(t0 + 60 * second), { ended: [], ready: 0 })
      assert.strictEqual(yield* worked(parts, t0 + 60 * second), "l1-1")
    })))

  it.live("has a run wait for another to succeed, and that for a third", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      yield* queue.submit(t0, submission(1), { after: "l1-1", priority: 9 })
      yield* queue.submit(t0, submission(1), { after: "l2-1", priority: 9, notBefore: t0 + 9 * second })
      for (const id of ["l1-1", "l2-1"]) {
        yield* queue.sweep(t0)
        assert.strictEqual(yield* worked(parts, t0), id)
        assert.isNull(yield* queue.claim(t0))
      }
      yield* queue.sweep(t0)
      assert.isNull(yield* queue.claim(t0))
      yield* queue.sweep(t0 + 9 * second)
      assert.strictEqual(yield* worked(parts, t0), "l3-1")
    })))

  it.live("cancels what waits for a run that fails or is cancelled, and what waits for that", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      yield* queue.submit(t0, submission(2), { after: "l1-1" })
      yield* queue.submit(t0, submission(1), { after: "l2-2" })
      assert.strictEqual(yield* worked(parts, t0, "failed"), "l1-1")
      const reason = "run l1-1, which it was to come after, failed"
      assert.deepStrictEqual((yield* queue.sweep(t0)).ended.map(({ reason, run }) => [run, reason]).toSorted(), [
        ["l2-1", reason],
        ["l2-2", reason]
      ])
      const next = "run l2-2, which it was to come after, was cancelled"
      assert.deepStrictEqual((yield* queue.sweep(t0)).ended, [{ run: "l3-1", status: "cancelled", reason: next }])
      assert.deepStrictEqual(yield* queue.sweep(t0), { ended: [], ready: 0 })
      assert.deepStrictEqual(yield* statuses(parts), { "l1-1": "failed", "l2-1": reason, "l2-2": reason, "l3-1": next })
      assert.isNull(yield* queue.claim(t0))
    })))

  it.live("has a launch wait for all of another to end, however", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(2))
      yield* queue.submit(t0, submission(1), { behind: "l1" })
      yield* worked(parts, t0, "failed")
      yield* queue.sweep(t0)
      const last = (yield* queue.claim(t0)) as Claim
      assert.strictEqual(last.run, "l1-2")
      yield* queue.sweep(t0)
      assert.isNull(yield* queue.claim(t0))
      yield* record(parts, last, { status: "cancelled" })
      yield* queue.sweep(t0)
      assert.strictEqual(yield* worked(parts, t0), "l2-1")
    })))

  it.live("cancels what has waited longer than it was to, held back or in its line", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(2), { maxWait: 60 })
      yield* queue.submit(t0, submission(1), { maxWait: 60, notBefore: t0 + 3600 * second })
      yield* queue.submit(t0, submission(1), { maxWait: 61 })
      assert.deepStrictEqual(yield* queue.sweep(t0 + 60 * second - 1), { ended: [], ready: 0 })
      const started = (yield* queue.claim(t0 + 60 * second - 1)) as Claim
      assert.strictEqual(started.run, "l1-1")
      const { ended } = yield* queue.sweep(t0 + 60 * second)
      const reason = "it waited longer than it was to (--max-wait 60 s)"
      assert.deepStrictEqual(ended.map(({ run }) => run).toSorted(), ["l1-2", "l2-1"])
      assert.deepStrictEqual(yield* statuses(parts), {
        "l1-1": "waiting",
        "l1-2": reason,
        "l2-1": reason,
        "l3-1": "waiting"
      })
      const [cancelled] = yield* parts.store.list({ status: "cancelled" })
      assert.deepStrictEqual([cancelled?.result?.status, cancelled?.result?.steps, cancelled?.ended], ["cancelled", 0, t0 + 60 * second])
      assert.strictEqual(yield* worked(parts, t0 + 60 * second), "l3-1")
      assert.isTrue([1, null].includes(yield* jobs(parts)))
    })))

  it.live("gives up nothing that had begun and waits again", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(2), { maxWait: 60 })
      const begun = (yield* queue.claim(t0)) as Claim
      const unfit = (yield* queue.claim(t0)) as Claim
      yield* parts.store.accept(begun.run, { attempt: 1, token: "first" }, { holder: begun.holder, at: t0 })
      const late = t0 + 3600 * second
      for (const claim of [begun, unfit]) yield* queue.release(late, claim, { notBefore: 0, reason: "its worker was drained" })
      assert.deepStrictEqual((yield* queue.sweep(late)).ended.map(({ run }) => run), [unfit.run])
      assert.strictEqual((yield* queue.claim(late))?.run, begun.run)
    })))

  it.live("says of a run that had begun what its folder knows", () =>
    lend((_, taking) => inTemporaryFolder(Effect.fnUntraced(function*(folder) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(1))
      yield* parts.database.change("update runs set directory = $1", folder)
      const claim = (yield* queue.claim(t0)) as Claim
      yield* parts.store.accept(claim.run, { attempt: 1, token: "first" }, { holder: claim.holder, at: t0 })
      const fault = { tag: "NonFinite", message: "the loss is NaN", step: 30, onset: 30, injected: null }
      const made = attempt({ status: "failed", fault })
      RunFolder.write(RunFolder.recordFile(RunFolder.attemptOf(folder, 1)), made)
      yield* queue.cancel(t0, claim.run, "not needed")
      yield* queue.release(t0, claim, { notBefore: 0, reason: "drained" })
      const [run] = yield* parts.store.list()
      assert.deepStrictEqual([run?.status, run?.reason, run?.attempt], ["cancelled", "not needed", 1])
      const { attempts, directory, status, steps } = run?.result ?? {}
      assert.deepStrictEqual({ attempts, directory, status, steps }, {
        attempts: [made.result],
        directory: folder,
        status: "cancelled",
        steps: 30
      })
    }))))

  it.live("deals with many in turns, and keeps their order", () =>
    lend(Effect.fnUntraced(function*(_, taking) {
      const parts = yield* taking
      const queue = byHand(parts)
      yield* queue.submit(t0, submission(501), { notBefore: t0 + second })
      yield* queue.submit(t0 + second, submission(1))
      assert.strictEqual((yield* queue.sweep(t0 + second)).ready, 500)
      assert.strictEqual((yield* queue.sweep(t0 + second)).ready, 1)
      const order = yield* Effect.forEach(Array.from({ length: 12 }), () => queue.claim(t0 + second))
      assert.deepStrictEqual(order.map((claim) => claim?.work.seed), Array.from({ length: 12 }, (_, seed) => seed))
    })))
})
