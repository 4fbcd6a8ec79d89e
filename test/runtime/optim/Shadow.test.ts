import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Policy from "../../../dsl/Clip.ts"
import * as Clip from "../../../runtime/optim/Clip.ts"
import * as Shadow from "../../../runtime/optim/Shadow.ts"

/** What a policy does to one norm after the other, by its own arithmetic and nothing else. */
const direct = (policy: Policy.Clip, norms: ReadonlyArray<number>): Shadow.Shadow => {
  let memory = Clip.start(policy)
  const left = norms.map((norm) => {
    const bound = Clip.boundOf(policy, Clip.inputs(policy, memory), norm)
    memory = Clip.remember(policy, memory, norm)
    return { norm, bound, coefficient: Clip.coefficient(norm, bound) }
  })
  const clipped = left.filter(({ bound, norm }) => Clip.clips(norm, bound))
    .map(({ coefficient }) => coefficient)
    .toSorted((one, other) => one - other)
  const middle = (clipped.length - 1) / 2
  const [low = NaN, high = NaN] = [clipped[Math.floor(middle)], clipped[Math.ceil(middle)]]
  return {
    clip: policy,
    clipRate: clipped.length / norms.length,
    coefficient: clipped.length === 0 ? null : (low + high) / 2,
    largest: Math.max(...left.map(({ coefficient, norm }) => norm * coefficient))
  }
}

const norms = fc.oneof(
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  // Equal norms, and those that lie on a bound.
  fc.constantFrom(0, 0.5, 1, 2, 5, 10)
)
const streams = fc.array(norms, { minLength: 1, maxLength: 80 })

describe("Shadow", () => {
  it("compares every policy that global norms tell of, and none that they do not", () => {
    assert.deepStrictEqual(Shadow.policies, [
      Policy.off,
      Policy.globalNorm(0.5),
      Policy.globalNorm(1),
      Policy.globalNorm(2),
      Policy.globalNorm(5),
      Policy.globalNorm(10),
      Policy.auto(),
      Policy.zscore(),
      Policy.zscore({ maxNorm: null })
    ])
    assert.isFalse(Shadow.policies.some(Clip.isPerTensor))
  })

  it("finds what each policy's own arithmetic finds, for any norms", () => {
    fc.assert(fc.property(streams, (seen) => {
      assert.deepStrictEqual(Shadow.of(seen), Shadow.policies.map((policy) => direct(policy, seen)))
    }))
  })

  it("forgets norms as AutoClip does, for any history", () => {
    const policies = fc.record({ percentile: fc.double({ min: 1, max: 100, noNaN: true }), history: fc.integer({ min: 1, max: 30 }) })
    fc.assert(fc.property(streams, policies, (seen, options) => {
      const policy = Policy.auto(options)
      assert.deepStrictEqual(Shadow.follow(policy, seen), direct(policy, seen))
    }), { numRuns: 500 })
  })

  it("leaves out what no policy sees: norms that are not finite", () => {
    fc.assert(fc.property(fc.array(fc.oneof(norms, fc.constantFrom(NaN, Infinity))), (seen) => {
      assert.deepStrictEqual(Shadow.of(seen), Shadow.of(seen.filter(Number.isFinite)))
    }))
    assert.deepStrictEqual(Shadow.of([NaN, Infinity]), [])
  })

  it("tells a stream with one spike: who clips it, and how much of it is left", () => {
    const shadows = Shadow.of(Array.from({ length: 100 }, (_, step) => step === 60 ? 40 : 1.5))
    const [off, half, one, two, five, , , , spikes] = shadows
    assert.deepStrictEqual([off, half, one, two, five].map((shadow) => shadow?.clipRate), [0, 1, 1, 0.01, 0.01])
    assert.isNull(off?.coefficient)
    assert.strictEqual(off?.largest, 40)
    assert.approximately(one?.coefficient ?? NaN, 1 / 1.5, 1e-6)
    assert.approximately(five?.largest ?? NaN, 5, 1e-6)
    assert.strictEqual(spikes?.clipRate, 0.01)
    assert.approximately(spikes?.largest ?? NaN, 1.5, 1e-3)
  })

  it("keeps a history in order instead of sorting it anew at every step", () => {
    const seen = Array.from({ length: 3000 }, (_, step) => 1 + Math.abs(Math.sin(step * 12.9898) * 43_758.5453 % 1) * 30)
    const took = (body: () => unknown): number => {
      const began = performance.now()
      body()
      return performance.now() - began
    }
    const least = (body: () => unknown): number => Math.min(...[1, 2, 3].map(() => took(body)))
    assert.isBelow(5 * least(() => Shadow.follow(Policy.auto(), seen)), least(() => direct(Policy.auto(), seen)))
  })
})
