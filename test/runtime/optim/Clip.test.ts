import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Policy from "../../../dsl/Clip.ts"
import * as Clip from "../../../runtime/optim/Clip.ts"

/** Made by test/reference/optimizers.py: what numpy's policies bound the norms by, one after the other. */
const fixture = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "../../fixtures/optim/policies.json"), "utf8")
) as {
  readonly norms: ReadonlyArray<number>
  readonly cases: ReadonlyArray<{ readonly policy: Policy.Clip; readonly bounds: ReadonlyArray<number | null> }>
}

const clipped = (gradient: ReadonlyArray<number>, bound: number): ReadonlyArray<number> => {
  const factor = Clip.coefficient(Math.hypot(...gradient), bound)
  return gradient.map((value) => value * factor)
}

/** Shows norms to a policy one after the other and returns the bounds and what it remembers in the end. */
const follow = (policy: Policy.Clip, norms: ReadonlyArray<number>) => {
  let memory = Clip.start(policy)
  const bounds = norms.map((norm) => {
    const inputs = Clip.inputs(policy, memory)
    assert.strictEqual(inputs.length, Clip.inputCount(policy))
    memory = Clip.remember(policy, memory, norm)
    return Clip.boundOf(policy, inputs, norm)
  })
  return { bounds, memory }
}

/** The percentile of some values as numpy's default method has it: linear between the two order statistics around it. */
const percentileOf = (values: ReadonlyArray<number>, percentile: number): number => {
  const ascending = values.toSorted((left, right) => left - right)
  const at = (percentile / 100) * (ascending.length - 1)
  const [low = NaN, high = NaN] = [ascending[Math.floor(at)], ascending[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}

const policies: ReadonlyArray<Policy.Clip> = [
  Policy.off,
  Policy.globalNorm(2),
  Policy.perLayer(1),
  Policy.adaptive(),
  Policy.auto({ percentile: 30, history: 6 }),
  Policy.zscore({ warmup: 3 }),
  Policy.zscore({ warmup: 3, maxNorm: null })
]

/** A float32 that is not 0 is at least 1e-45. */
const norms = fc.oneof(fc.constant(0), fc.double({ min: 1e-45, max: 1e6, noNaN: true }))

describe("Clip", () => {
  it("scales [3, 4] to a norm of 1 as PyTorch does", () => {
    const [first = NaN, second = NaN] = clipped([3, 4], 1)
    assert.approximately(first, 0.59999988, 1e-8)
    assert.approximately(second, 0.79999984, 1e-8)
  })

  it("leaves a gradient at or below the bound alone, and one of zeros", () => {
    assert.deepStrictEqual(clipped([0.3, 0.4], 1), [0.3, 0.4])
    assert.deepStrictEqual(clipped([0, 0], 1), [0, 0])
    assert.deepStrictEqual(clipped([3e30, 4e30], Clip.fixedBound(Policy.off)), [3e30, 4e30])
  })

  it("has the bound that holds whatever the norm is, where the policy has one", () => {
    assert.deepStrictEqual(policies.map(Clip.fixedBound), [Infinity, 2, Infinity, Infinity, Infinity, 1, Infinity])
    for (const policy of policies.slice(0, 4)) {
      assert.strictEqual(Clip.boundOf(policy, Clip.inputs(policy, Clip.start(policy)), 1e9), Clip.fixedBound(policy))
    }
  })

  it("knows the policies that scale every tensor by itself", () => {
    assert.deepStrictEqual(policies.map(Clip.isPerTensor), [false, false, true, true, false, false, false])
  })

  it("keeps a gradient's direction and never leaves it above the bound", () => {
    const bounds = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
    const gradients = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 })
    fc.assert(fc.property(gradients, bounds, (gradient, bound) => {
      const norm = Math.hypot(...gradient)
      const factor = Clip.coefficient(norm, bound)
      assert.isTrue(factor > 0 && factor <= 1)
      assert.isAtMost(norm * factor, bound * (1 + 1e-12))
      if (Clip.clips(norm, bound)) assert.isBelow(factor, 1)
      // Just below the bound, the constant that keeps the division finite shortens a gradient by a hair.
      else assert.isAbove(norm * factor, norm - 1e-6)
    }))
  })

  it("says of a norm that is not finite what it says of no finite one", () => {
    assert.isNaN(Clip.coefficient(NaN, 1))
    assert.strictEqual(Clip.coefficient(Infinity, 1), 0)
    assert.isFalse(Clip.clips(NaN, 1))
  })

  for (const { bounds, policy } of fixture.cases) {
    it(`bounds 200 norms with spikes as numpy does: ${JSON.stringify(policy)}`, () => {
      const found = follow(policy, fixture.norms).bounds
      let clips = 0
      for (const [index, bound] of bounds.entries()) {
        if (bound === null) assert.strictEqual(found[index], Infinity, `step ${index}`)
        else assert.approximately((found[index] ?? NaN) / bound, 1, 1e-7, `step ${index}`)
        if (bound !== null && (fixture.norms[index] ?? NaN) > bound) clips += 1
      }
      assert.isTrue(clips >= 3 && clips < 200, `${clips}`)
    })
  }

  it("bounds AutoClip's norm by their percentile, the present one among them, for any norms, history and percentile", () => {
    const percentiles = fc.double({ min: 1e-9, max: 100, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(norms, { maxLength: 30 }),
        norms,
        percentiles,
        fc.integer({ min: 1, max: 20 }),
        (seen, norm, percentile, history) => {
          const policy = Policy.auto({ percentile, history })
          const { bounds } = follow(policy, [...seen, norm])
          const expected = percentileOf([...seen, norm].slice(-history), percentile)
          assert.approximately(bounds.at(-1) ?? NaN, expected, 1e-9 * Math.max(1, expected))
        }
      ),
      { numRuns: 500 }
    )
  })

  it("bounds by AutoClip between the smallest and the largest norm, and clips nothing at 100 and at the first", () => {
    fc.assert(fc.property(fc.array(norms, { minLength: 1, maxLength: 20 }), (seen) => {
      const inside = follow(Policy.auto({ percentile: 50 }), seen).bounds
      for (const [index, bound] of inside.entries()) {
        const before = seen.slice(0, index + 1)
        assert.isAtLeast(bound, Math.min(...before) * (1 - 1e-12))
        assert.isAtMost(bound, Math.max(...before) * (1 + 1e-12))
      }
      assert.strictEqual(inside[0], seen[0])
      for (const [index, bound] of follow(Policy.auto({ percentile: 100 }), seen).bounds.entries()) {
        assert.isFalse(Clip.clips(seen[index] ?? NaN, bound))
      }
    }))
  })

  it("never bounds by ZClip below the running mean, but for its own largest norm, and cuts the more the farther out", () => {
    const statistics = fc.record({ mean: norms, variance: fc.double({ min: 0, max: 1e6, noNaN: true }) })
    fc.assert(fc.property(statistics, norms, norms, ({ mean, variance }, one, other) => {
      const free = Policy.zscore({ maxNorm: null })
      const memory: Clip.Memory = { _tag: "Statistics", mean, variance }
      const bound = (policy: Policy.Clip, norm: number) => Clip.boundOf(policy, Clip.inputs(policy, memory), norm)
      const [near, far] = one < other ? [one, other] : [other, one]
      for (const norm of [near, far]) {
        assert.isAtLeast(bound(free, norm), mean * (1 - 1e-9))
        assert.strictEqual(bound(Policy.zscore({ maxNorm: 0.5 }), norm), Math.min(0.5, bound(free, norm)))
      }
      assert.isAtMost(bound(free, far), bound(free, near) * (1 + 1e-12))
    }))
  })

  it("leaves ZClip's norms at the threshold alone, and cuts one twice as far out to half the threshold", () => {
    const memory: Clip.Memory = { _tag: "Statistics", mean: 10, variance: 4 }
    const policy = Policy.zscore({ threshold: 2, maxNorm: null })
    const bound = (norm: number) => Clip.boundOf(policy, Clip.inputs(policy, memory), norm)
    assert.strictEqual(bound(14), Infinity)
    assert.approximately(bound(18), 12, 1e-5)
    assert.strictEqual(bound(2), Infinity)
  })

  it("remembers no more than its history or its statistics, and changes nothing that it was given", () => {
    fc.assert(fc.property(fc.array(norms, { maxLength: 40 }), (seen) => {
      for (const policy of policies) {
        let memory = Clip.start(policy)
        for (const norm of seen) {
          const before = structuredClone(memory)
          const next = Clip.remember(policy, Object.freeze(memory), norm)
          assert.deepStrictEqual(memory, before)
          memory = next
        }
        const kept = memory._tag === "Norms" ? memory.norms.length : 0
        const most = policy._tag === "Auto" ? policy.history : policy._tag === "ZScore" ? policy.warmup - 1 : 0
        assert.isAtMost(kept, most)
        if (policy._tag === "ZScore") assert.strictEqual(memory._tag, seen.length < 3 ? "Norms" : "Statistics")
        // A checkpoint holds it as JSON.
        assert.deepStrictEqual(JSON.parse(JSON.stringify(memory)), memory)
      }
    }))
  })

  it("starts ZClip from the mean and variance of its warmup, and follows the cut norm, the mean first", () => {
    const policy = Policy.zscore({ warmup: 2, decay: 0.5, threshold: 1, maxNorm: null })
    assert.deepStrictEqual(follow(policy, [1, 3]).memory, { _tag: "Statistics", mean: 2, variance: 1 })
    // A score of 4 is cut to 2 + 1 / 4 deviations.
    const { memory } = follow(policy, [1, 3, 6])
    assert.strictEqual(memory._tag, "Statistics")
    if (memory._tag !== "Statistics") return
    assert.approximately(memory.mean, 2.125, 1e-6)
    assert.approximately(memory.variance, 0.5 * 1 + 0.5 * (2.25 - 2.125) ** 2, 1e-6)
  })
})
