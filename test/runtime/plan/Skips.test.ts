import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Feed } from "../../../dsl/Feed.ts"
import * as Skips from "../../../runtime/plan/Skips.ts"

type Skip = Feed["skip"]

const skips: fc.Arbitrary<Skip> = fc.array(
  fc.record({ from: fc.nat(40), steps: fc.integer({ min: 1, max: 12 }) }),
  { maxLength: 6 }
)

/** Steps in the order of the stream without those that a skip leaves out: what the definition says, step by step. */
const shown = (skips: Skip, count: number): ReadonlyArray<number> => {
  const left = new Set(skips.flatMap(({ from, steps }) => Array.from({ length: steps }, (_, step) => from + step)))
  return Array.from({ length: count + left.size }, (_, step) => step).filter((step) => !left.has(step)).slice(0, count)
}

describe("Skips", () => {
  it("show a step what would have come after what is left out", () => {
    const skip = [{ from: 100, steps: 20 }]
    const at = (steps: ReadonlyArray<number>, skip: Skip) => steps.map((step) => Skips.positionOf(skip, step))
    assert.deepStrictEqual(at([0, 99, 100, 101, 200], skip), [0, 99, 120, 121, 220])
    assert.deepStrictEqual(at([0, 7], []), [0, 7])
    assert.deepStrictEqual(at([0, 79, 80], [{ from: 100, steps: 5 }, { from: 0, steps: 20 }]), [20, 99, 105])
  })

  it("are what their definition says, whatever overlaps and in whichever order", () => {
    fc.assert(fc.property(skips, (skips) => {
      const positions = Array.from({ length: 60 }, (_, step) => Skips.positionOf(skips, step))
      assert.deepStrictEqual(positions, shown(skips, 60))
    }))
  })

  it("come to the same for the same steps left out, however they are written", () => {
    fc.assert(fc.property(skips, skips, (one, other) => {
      const merged = Skips.merged(one)
      assert.deepStrictEqual(Skips.merged(merged), merged)
      assert.deepStrictEqual(Skips.merged([...one, ...one].toReversed()), merged)
      const alike = shown(one, 200).join() === shown(other, 200).join()
      assert.strictEqual(JSON.stringify(Skips.merged(other)) === JSON.stringify(merged), alike)
    }))
    assert.deepStrictEqual(Skips.merged([{ from: 5, steps: 2 }, { from: 3, steps: 2 }]), [{ from: 3, steps: 4 }])
  })

  it("are reached as far as the steps of a run come", () => {
    fc.assert(fc.property(skips, fc.integer({ min: 1, max: 50 }), (skips, steps) => {
      const reached = Skips.reached(skips, steps)
      assert.deepStrictEqual(shown(reached, steps), shown(skips, steps))
      for (const { from } of Skips.merged(skips).slice(reached.length)) {
        assert.isAbove(from, Skips.positionOf(skips, steps - 1))
      }
    }))
  })
})
