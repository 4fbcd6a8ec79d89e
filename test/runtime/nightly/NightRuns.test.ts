import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as NightRuns from "../../../runtime/nightly/NightRuns.ts"
import type { Claim } from "../../../runtime/run/queue/Claim.ts"
import { Queue } from "../../../runtime/run/queue/Queue.ts"
import * as Stop from "../../../runtime/run/Stop.ts"
import { Store } from "../../../runtime/run/Store.ts"
import { Tables } from "../../../runtime/run/store/Tables.ts"
import { offer, record, submission, usual, withRecord } from "../run/queue/queues.ts"

describe("NightRuns", () => {
  it.live("waits for a run that was taken by somebody who is not heard of, and for nobody where none was", () =>
    Effect.gen(function*() {
      const queue = yield* Queue
      const store = yield* Store
      const { launch } = yield* queue.submit(submission(1), usual)
      const stop = Stop.make()
      const said: Array<string> = []
      const say = (text: string) => Effect.sync(() => said.push(text)).pipe(Effect.asVoid)
      const alone = yield* NightRuns.finish([launch], { stop, say, workOff: Effect.void })
      assert.deepStrictEqual(alone.map(({ result }) => result), [null])

      const claim = (yield* queue.claim(offer)) as Claim
      let looks = 0
      const workOff = Effect.gen(function*() {
        if (++looks < 2) return
        assert.isTrue(yield* record({ store }, claim))
        assert.isTrue(yield* queue.done(claim))
      })
      const runs = yield* NightRuns.finish([launch], { stop, say, workOff })
      assert.deepStrictEqual([looks, ...runs.map(({ status }) => status)], [2, "succeeded"])
      yield* NightRuns.finish([launch], { stop, say, workOff })
      assert.deepStrictEqual(said, [`1 of 1: queued, only, seed 0 succeeded (${launch}-1)`])
    }).pipe(Effect.provide(withRecord(Queue.layerEmbedded("/nowhere"), Tables.layerSqlite(":memory:")))))
})
