import { assert, describe, it } from "@effect/vitest"
import * as Witness from "../../../runtime/train/Witness.ts"
import { stepEvent } from "../report/events.ts"
import { batchOf } from "../step/classifier.ts"

describe("Witness", () => {
  it("holds the batches of the present step, and lets go of those that went well", () => {
    const witness = Witness.make()
    witness.saw(batchOf(0))
    witness.saw(batchOf(1))
    assert.deepStrictEqual(witness.batches().map(({ index }) => index), [0, 1])
    witness.passed()
    witness.saw(batchOf(2))
    assert.deepStrictEqual(witness.batches().map(({ index }) => index), [2])
  })

  it("holds no numbers of a step whose batches take too much memory, and knows what it was shown", () => {
    const witness = Witness.make()
    const large = { ...batchOf(0), images: new Float32Array(2 ** 26 + 1) }
    witness.saw(large)
    assert.strictEqual(witness.batches().length, 1)
    witness.saw(large)
    witness.saw(batchOf(1))
    assert.strictEqual(witness.batches().length, 0)
    assert.deepStrictEqual(witness.shown(), [0, 0, 1].map((index) => ({ epoch: 0, index, samples: [] })))
    witness.passed()
    assert.deepStrictEqual(witness.shown(), [])
    witness.saw(batchOf(2))
    assert.strictEqual(witness.batches().length, 1)
  })

  it("remembers the last 50 steps", () => {
    const witness = Witness.make()
    for (let step = 0; step < 60; step++) witness.heard(stepEvent(step))
    assert.deepStrictEqual(witness.before().map(({ step }) => step), Array.from({ length: 50 }, (_, index) => index + 10))
  })
})
