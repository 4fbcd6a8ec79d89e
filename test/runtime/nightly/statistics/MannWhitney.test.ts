import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Combinations from "../../../../runtime/nightly/statistics/Combinations.ts"
import * as MannWhitney from "../../../../runtime/nightly/statistics/MannWhitney.ts"
import { sample } from "./samples.ts"

describe("MannWhitney", () => {
  it("says of the samples the other way round what it says of them", () => {
    fc.assert(fc.property(sample(7), sample(7), (first, second) => {
      const [one, other] = [MannWhitney.test(first, second), MannWhitney.test(second, first)]
      assert.closeTo(one.less, other.greater, 1e-12)
      assert.closeTo(one.greater, other.less, 1e-12)
      assert.strictEqual(one.statistic + other.statistic, first.length * second.length)
    }))
  })

  it("goes by the order alone", () => {
    fc.assert(fc.property(sample(7), sample(7), (first, second) => {
      const twice = (values: ReadonlyArray<number>) => values.map((value) => value * 2)
      assert.deepStrictEqual(MannWhitney.test(twice(first), twice(second)), MannWhitney.test(first, second))
    }))
  })

  it("keeps its level: of all divisions of one set of values no more than p have such a p or less", () => {
    fc.assert(fc.property(sample(6), fc.integer({ min: 1, max: 5 }), (values, size) => {
      fc.pre(size < values.length)
      const found: Array<number> = []
      for (let mask = 0; mask < 2 ** values.length; mask++) {
        const first = values.filter((_, index) => mask >> index & 1)
        if (first.length === size) found.push(MannWhitney.test(first, values.filter((_, index) => !(mask >> index & 1))).less)
      }
      for (const p of found) assert.isAtMost(found.filter((other) => other <= p + 1e-12).length / found.length, p + 1e-9)
    }))
  })

  it("comes to the least p where every value of one lies below the other, infinite ones included", () => {
    assert.closeTo(MannWhitney.test([1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11, 12, 13, 14, Infinity]).less, 1 / 3003, 1e-15)
    assert.strictEqual(Combinations.leastP(5, 10), 1 / 3003)
    assert.strictEqual(MannWhitney.test([Infinity, Infinity], [Infinity]).twoSided, 1)
  })

  it("counts by what lies below: 0 to 1 for every U that there can be", () => {
    const below = MannWhitney.cumulative(5, 10)
    assert.strictEqual(below.length, 51)
    assert.closeTo(below[0] ?? NaN, 1 / 3003, 1e-15)
    assert.strictEqual(below.at(-1), 1)
  })

  it("refuses NaN, and a sample of nothing", () => {
    assert.throws(() => MannWhitney.test([NaN], [1]), RangeError)
    assert.throws(() => MannWhitney.test([], [1]), RangeError)
  })
})
