import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Queue } from "../../../../runtime/run/queue/Queue.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import { runResult } from "../results.ts"
import { offer, onBoth, submission, usual } from "./queues.ts"

onBoth("Queue", (lend) => {
  it.live("hands every run out once, whoever asks, and lets it go with its result", () =>
    lend((opening) =>
      Effect.gen(function*() {
        const { launch, runs } = yield* Effect.flatMap(Queue, ({ submit }) => submit(submission(6), usual)).pipe(Effect.provide(opening))
        const take = Effect.gen(function*() {
          const queue = yield* Queue
          const first = yield* queue.claim(offer)
          const second = yield* queue.claim(offer)
          return [first, second].flatMap((claim) => claim ?? [])
        })
        const worked = Effect.gen(function*() {
          const queue = yield* Queue
          const store = yield* Store
          const claims = yield* take
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
        }).pipe(Effect.provide(opening))
        const taken = (yield* Effect.all([worked, worked, worked], { concurrency: "unbounded" })).flat()
        assert.deepStrictEqual(taken.toSorted(), runs.map(({ id }) => id).toSorted())
        const left = Effect.gen(function*() {
          const queue = yield* Queue
          const store = yield* Store
          assert.isNull(yield* queue.claim(offer))
          assert.deepStrictEqual((yield* store.list({ launch })).map(({ status }) => status), Array(6).fill("succeeded"))
        }).pipe(Effect.provide(opening))
        yield* left
      })
    ))
})
