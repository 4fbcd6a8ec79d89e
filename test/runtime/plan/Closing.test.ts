import { assert, describe, it } from "@effect/vitest"
import { Augment } from "../../../dsl/index.ts"
import * as Closing from "../../../runtime/plan/Closing.ts"

const schedule = { stepsPerEpoch: 8, totalSteps: 160 }

describe("Closing", () => {
  it("begins so many steps or epochs before the end, and not before the beginning", () => {
    assert.strictEqual(Closing.from(Augment.standard(), schedule), 80)
    assert.strictEqual(Closing.from(Augment.standard({ closing: { epochs: 1.5 } }), schedule), 148)
    assert.strictEqual(Closing.from(Augment.standard({ closing: { steps: 1 } }), schedule), 159)
    assert.strictEqual(Closing.from(Augment.standard({ closing: { epochs: 21 } }), schedule), 0)
  })

  it("is all of a training that shows no mosaic", () => {
    assert.strictEqual(Closing.from(Augment.off, schedule), 0)
    assert.strictEqual(Closing.from(Augment.standard({ mosaic: 0, closing: { steps: 1 } }), schedule), 0)
    assert.isTrue(Closing.hasMosaic(Augment.standard({ mosaic: 0.01 })))
  })

  it("is not known where epochs are counted and their steps are not", () => {
    const unknown = { stepsPerEpoch: null, totalSteps: 160 }
    assert.isNull(Closing.from(Augment.standard(), unknown))
    assert.strictEqual(Closing.from(Augment.standard({ closing: { steps: 10 } }), unknown), 150)
    assert.isNull(Closing.from(Augment.standard({ closing: { steps: 10 } }), { ...unknown, totalSteps: null }))
    assert.strictEqual(Closing.from(Augment.off, { ...unknown, totalSteps: null }), 0)
  })
})
