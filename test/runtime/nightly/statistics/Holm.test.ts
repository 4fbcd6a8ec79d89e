import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Holm from "../../../../runtime/nightly/statistics/Holm.ts"

const several = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })

describe("Holm", () => {
  it("corrects upwards, keeps the order, and corrects no more than Bonferroni", () => {
    fc.assert(fc.property(several, (p) => {
      const corrected = Holm.corrected(p)
      for (const [index, value] of p.entries()) {
        const own = corrected[index] ?? NaN
        assert.isTrue(own >= value && own <= Math.min(1, value * p.length) + 1e-12)
        for (const [place, other] of p.entries()) if (other < value) assert.isAtMost(corrected[place] ?? NaN, own)
      }
    }))
  })

  it("rejects as Holm's own procedure does: in order, until the first that is not small enough", () => {
    fc.assert(fc.property(several, fc.double({ min: 0.01, max: 0.2, noNaN: true }), (p, level) => {
      const ascending = p.toSorted((left, right) => left - right)
      const stop = ascending.findIndex((value, index) => value * (p.length - index) > level)
      const rejected = stop < 0 ? p.length : stop
      assert.strictEqual(Holm.corrected(p).filter((value) => value <= level).length, rejected)
    }))
  })
})
