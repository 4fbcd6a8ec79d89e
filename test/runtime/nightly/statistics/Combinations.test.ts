import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Combinations from "../../../../runtime/nightly/statistics/Combinations.ts"

describe("Combinations", () => {
  it("counts as Pascal's triangle does", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(50), (count, some) => {
      const chosen = some % (count + 1)
      const above = Combinations.choose(count - 1, chosen - 1) + Combinations.choose(count - 1, chosen)
      assert.strictEqual(Combinations.choose(count, chosen), above)
    }))
    assert.strictEqual(Combinations.choose(15, 5), 3003)
    assert.strictEqual(Combinations.choose(20, 10), 184_756)
  })

  it("knows the least p of two samples", () => assert.strictEqual(Combinations.leastP(5, 10), 1 / 3003))
})
