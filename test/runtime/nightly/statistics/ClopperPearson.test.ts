import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as ClopperPearson from "../../../../runtime/nightly/statistics/ClopperPearson.ts"

describe("ClopperPearson", () => {
  it("bounds the share that was seen, and mirrors", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), (trials, some) => {
      const seen = some % (trials + 1)
      const { high, low } = ClopperPearson.interval(seen, trials, 0.95)
      const other = ClopperPearson.interval(trials - seen, trials, 0.95)
      assert.isTrue(low <= seen / trials && seen / trials <= high)
      assert.closeTo(low, 1 - other.high, 1e-9)
    }))
  })

  it("has the bounds of none, which a formula gives", () => {
    assert.closeTo(ClopperPearson.interval(0, 100, 0.95).high, 1 - 0.025 ** (1 / 100), 1e-12)
    assert.strictEqual(ClopperPearson.interval(0, 100, 0.95).low, 0)
    assert.strictEqual(ClopperPearson.interval(100, 100, 0.95).high, 1)
  })
})
