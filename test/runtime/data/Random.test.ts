import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Random from "../../../runtime/data/Random.ts"

const draws = (count: number, ...keys: ReadonlyArray<number | string>): ReadonlyArray<number> => {
  const { uniform } = Random.stream(...keys)
  return Array.from({ length: count }, () => uniform() * 0x1_0000_0000)
}

const key = fc.oneof(fc.integer(), fc.maxSafeNat(), fc.string())

describe("Random", () => {
  it("draws what it has always drawn", () => {
    // Computed by the same formulas written down a second time, in whole numbers without bound.
    assert.deepStrictEqual(draws(4, 0), [4041040298, 907860453, 1144324162, 4131126090])
    assert.deepStrictEqual(draws(4, 7, "order", 3), [2611219770, 1979046025, 1661122425, 2750145211])
    assert.deepStrictEqual(draws(4, -1, 2 ** 40), [406313425, 2517476415, 68877480, 2582518562])
    assert.deepStrictEqual(Random.shuffled(8, Random.stream(1)), [5, 7, 0, 6, 1, 3, 4, 2])
  })

  it("draws the same for the same keys, and other numbers for others", () => {
    fc.assert(fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), fc.nat(4), (keys, at) => {
      assert.deepStrictEqual(draws(4, ...keys), draws(4, ...keys))
      const other = keys.with(at % keys.length, `${keys[at % keys.length]}!`)
      assert.notDeepEqual(draws(4, ...keys), draws(4, ...other))
    }))
  })

  it("tells keys apart that read the same side by side", () => {
    const keys = [["a", "b"], ["ab"], ["a", "b", ""], [1, 2], [12], ["1", 2], [1, 2, 0]]
    assert.strictEqual(new Set(keys.map((parts) => String(draws(2, ...parts)))).size, keys.length)
  })

  it("keeps within its bounds", () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 0xffff_ffff }), (seed, bound) => {
      const { below, between, uniform } = Random.stream(seed)
      const [share, whole, number] = [uniform(), below(bound), between(-3, 5)]
      assert.isTrue(share >= 0 && share < 1)
      assert.isTrue(Number.isInteger(whole) && whole >= 0 && whole < bound)
      assert.isTrue(number >= -3 && number < 5)
    }))
  })

  it("is uniform: in 64 bins over 64,000 draws chi-squared lies where it lies for all but one in ten thousand", () => {
    for (const keys of [[0], [1, "augment", 0, 5], ["x"]]) {
      const { below } = Random.stream(...keys)
      const bins = new Float64Array(64)
      for (let draw = 0; draw < 64_000; draw++) {
        const bin = below(64)
        bins[bin] = (bins[bin] ?? 0) + 1
      }
      const chi = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
      assert.isTrue(chi > 27 && chi < 114, `chi-squared is ${chi}`)
    }
  })

  it("is uniform in the first draw of neighbouring streams too", () => {
    const firsts = Array.from({ length: 20_000 }, (_, index) => Random.stream(0, "augment", 0, index).uniform())
    const mean = firsts.reduce((sum, first) => sum + first, 0) / firsts.length
    assert.closeTo(mean, 0.5, 0.01)
    const steps = firsts.slice(1).map((first, index) => (first - 0.5) * ((firsts[index] ?? 0) - 0.5))
    assert.closeTo(steps.reduce((sum, step) => sum + step, 0) / steps.length, 0, 0.003)
  })

  it("orders every number once", () => {
    fc.assert(fc.property(fc.nat(200), fc.integer(), (count, seed) => {
      const order = Random.shuffled(count, Random.stream(seed))
      const sorted = order.toSorted((left, right) => left - right)
      assert.deepStrictEqual(sorted, Array.from({ length: count }, (_, index) => index))
    }))
  })
})
