import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as HodgesLehmann from "../../../../runtime/nightly/statistics/HodgesLehmann.ts"
import { finite } from "./samples.ts"

describe("HodgesLehmann", () => {
  it("finds a shift where one was made, and moves with it", () => {
    fc.assert(fc.property(finite(6), finite(8), fc.integer({ min: -50, max: 50 }), (observed, baseline, by) => {
      const before = HodgesLehmann.estimate(observed, baseline, 0.9)
      const after = HodgesLehmann.estimate(observed.map((value) => value + by), baseline, 0.9)
      if (before === null || after === null) return assert.fail("all is finite")
      assert.closeTo(after.shift, before.shift + by, 1e-9)
      assert.isTrue(after.low <= after.shift && after.shift <= after.high)
    }))
  })

  it("leaves out the shifts that the exact test refuses", () => {
    assert.deepStrictEqual(HodgesLehmann.estimate([11, 12, 13, 14, 15], [1, 2, 3, 4, 5], 0.95), { shift: 10, low: 7, high: 13 })
  })

  it("has no bounds where the samples are too small, and no estimate where a value is infinite", () => {
    assert.deepStrictEqual(HodgesLehmann.estimate([3], [1, 2], 0.95), { shift: 1.5, low: -Infinity, high: Infinity })
    assert.isNull(HodgesLehmann.estimate([Infinity], [1, 2], 0.95))
  })
})
