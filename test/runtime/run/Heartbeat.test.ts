import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Engine } from "../../../runtime/engine/Engine.ts"
import { layer } from "../../../runtime/engine/wasm/Wasm.ts"
import * as Heartbeat from "../../../runtime/run/Heartbeat.ts"
import { batchOf, scalars, small } from "../step/small.ts"

describe("Heartbeat", () => {
  it.effect("beats after each call of a step, and where a call throws, does not", () =>
    Effect.gen(function*() {
      let beats = 0
      const outcome = yield* Heartbeat.beating(
        Effect.gen(function*() {
          const step = yield* (yield* Engine).compile(small)
          assert.strictEqual(beats, 0)
          const { images } = batchOf(small, 0)
          step.predict(images)
          assert.strictEqual(beats, 1)
          step.write(step.read())
          assert.strictEqual(beats, 3)
          assert.strictEqual(step.batch, small.batch)
          assert.throws(() => step.predict(new Float32Array(1)))
          assert.strictEqual(beats, 3)
          return step.run(batchOf(small, 0), scalars)
        }),
        () => beats++
      ).pipe(Effect.provide(layer), Effect.scoped)
      assert.isTrue(outcome.finite)
      assert.strictEqual(beats, 4)
    }))

  it("passes on no more than is needed to be heard", () => {
    let passed = 0
    const beat = Heartbeat.make(() => passed++)
    for (let index = 0; index < 1000; index++) beat()
    assert.isBelow(passed, 10)
    assert.isAbove(passed, 0)
  })
})
