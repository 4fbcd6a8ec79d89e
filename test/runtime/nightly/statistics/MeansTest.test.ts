import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as MeansTest from "../../../../runtime/nightly/statistics/MeansTest.ts"
import { finite } from "./samples.ts"

describe("MeansTest", () => {
  it("says of the samples the other way round what it says of them", () => {
    fc.assert(fc.property(finite(6), finite(6), (first, second) => {
      const [one, other] = [MeansTest.test(first, second), MeansTest.test(second, first)]
      assert.closeTo(one.less, other.greater, 1e-12)
      assert.strictEqual(one.twoSided, other.twoSided)
    }))
  })

  it("knows equal means for equal, whatever rounding makes of their sums", () => {
    assert.deepStrictEqual(MeansTest.test([0.1, 0.2, 0.3], [0.3, 0.2, 0.1]), { less: 14 / 20, greater: 14 / 20, twoSided: 1 })
    assert.deepStrictEqual(MeansTest.test([1, 1], [1, 1, 1]), { less: 1, greater: 1, twoSided: 1 })
  })

  it("applies to finite values with no more divisions than can be looked at", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => index)
    assert.isTrue(MeansTest.applies(many(10), many(10)))
    assert.isFalse(MeansTest.applies(many(10), many(11)))
    assert.isFalse(MeansTest.applies([1, Infinity], [2]))
    assert.throws(() => MeansTest.test([1, Infinity], [2]), RangeError)
    assert.throws(() => MeansTest.test(many(10), many(11)), RangeError)
    assert.throws(() => MeansTest.test([], [2]), RangeError)
  })
})
