import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Policy from "../../../dsl/Clip.ts"
import * as Clip from "../../../runtime/optim/Clip.ts"

const clipped = (gradient: ReadonlyArray<number>, bound: number): ReadonlyArray<number> => {
  const factor = Clip.coefficient(Math.hypot(...gradient), bound)
  return gradient.map((value) => value * factor)
}

describe("Clip", () => {
  it("scales [3, 4] to a norm of 1 as PyTorch does", () => {
    const [first = NaN, second = NaN] = clipped([3, 4], 1)
    assert.approximately(first, 0.59999988, 1e-8)
    assert.approximately(second, 0.79999984, 1e-8)
  })

  it("leaves a gradient at or below the bound alone, and one of zeros", () => {
    assert.deepStrictEqual(clipped([0.3, 0.4], 1), [0.3, 0.4])
    assert.deepStrictEqual(clipped([0, 0], 1), [0, 0])
    assert.deepStrictEqual(clipped([3e30, 4e30], Clip.bound(Policy.off)), [3e30, 4e30])
  })

  it("has no bound where clipping is off, else the policy's", () => {
    assert.strictEqual(Clip.bound(Policy.off), Infinity)
    assert.strictEqual(Clip.bound(Policy.globalNorm(2.5)), 2.5)
  })

  it("keeps a gradient's direction and never leaves it above the bound", () => {
    const bounds = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
    const gradients = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 })
    fc.assert(fc.property(gradients, bounds, (gradient, bound) => {
      const norm = Math.hypot(...gradient)
      const factor = Clip.coefficient(norm, bound)
      assert.isTrue(factor > 0 && factor <= 1)
      assert.isAtMost(norm * factor, bound * (1 + 1e-12))
      assert.strictEqual(Clip.clips(norm, bound), factor < 1)
    }))
  })

  it("says of a norm that is not finite what it says of no finite one", () => {
    assert.isNaN(Clip.coefficient(NaN, 1))
    assert.strictEqual(Clip.coefficient(Infinity, 1), 0)
    assert.isFalse(Clip.clips(NaN, 1))
  })
})
