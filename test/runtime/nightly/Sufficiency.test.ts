import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Comparison from "../../../runtime/nightly/Comparison.ts"
import * as Sufficiency from "../../../runtime/nightly/Sufficiency.ts"
import * as Combinations from "../../../runtime/nightly/statistics/Combinations.ts"
import { baseline, samples } from "./made.ts"

const arms = (count: number, seeds: number, kept: number): ReadonlyArray<Sufficiency.Arm> =>
  Array.from({ length: count }, (_, index) => ({
    experiment: "cold",
    arm: `arm-${index}`,
    seeds,
    baseline: baseline(samples(Array.from({ length: kept }, () => 2)))
  }))

describe("Sufficiency", () => {
  it("lets a night go that can find something: 150 comparisons of 5 seeds against 10", () => {
    assert.isNull(Sufficiency.refuse(arms(150, 5, 10)))
    assert.isNull(Sufficiency.refuse([]))
    const refused = Sufficiency.refuse(arms(151, 5, 10))
    assert.deepInclude(refused, { comparisons: 151, most: 150 })
    assert.deepInclude(refused?.short[0], { seeds: 5, samples: 10, enough: 6 })
  })

  it("counts every figure that a baseline has", () => {
    const both = baseline(samples([2, 3]).map((of) => ({ ...of, metrics: { loss: 2, map50: 0.5 } })))
    assert.strictEqual(Sufficiency.comparisonsOf(both), 2)
  })

  it("names seeds that do, and no fewer do", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 12 }), (count, seeds, kept) => {
      const refused = Sufficiency.refuse(arms(count, seeds, kept))
      const reaches = (some: number) => Combinations.leastP(some, kept) * count <= Comparison.level
      assert.strictEqual(refused === null, reaches(seeds))
      const enough = refused?.short[0]?.enough ?? null
      if (enough !== null) assert.isTrue(reaches(enough) && !reaches(enough - 1))
    }))
  })

  it("says the numbers and what would do", () => {
    const refused = Sufficiency.refuse(arms(2, 1, 3))
    const text = refused === null ? "" : Sufficiency.explain(refused)
    assert.include(text, "it makes 2 comparisons")
    assert.include(text, "cold, arm-0: 1 seed against a baseline of 3 come to p 0.2500 at best, 0.5000 after the correction; 5 seeds would do")
    assert.include(text, "not even one comparison")
  })
})
