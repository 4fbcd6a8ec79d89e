import { assert, describe, it } from "@effect/vitest"
import * as Length from "../../../runtime/plan/Length.ts"

describe("Length", () => {
  it("drops what does not fill a batch, and makes one step of too few images", () => {
    assert.deepStrictEqual([64, 71, 72, 7, 0].map((images) => Length.stepsPerEpoch(images, 8)), [8, 8, 9, 1, 1])
  })

  it("takes steps as they are and rounds parts of an epoch to the nearest step", () => {
    assert.strictEqual(Length.steps({ steps: 5 }, 8), 5)
    assert.strictEqual(Length.steps({ steps: 5 }, null), 5)
    assert.strictEqual(Length.steps({ epochs: 3 }, 8), 24)
    assert.strictEqual(Length.steps({ epochs: 0.3 }, 8), 2)
    assert.strictEqual(Length.steps({ epochs: 0.01 }, 8), 0)
  })

  it("does not guess at epochs of data that is not at hand", () => {
    assert.isNull(Length.steps({ epochs: 3 }, null))
  })
})
