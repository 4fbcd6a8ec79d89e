import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Ring from "../../../runtime/optim/Ring.ts"

/** Makes so many copies, one after the other, and returns the ordinals of those that are kept. */
const kept = (made: number, count: number): ReadonlyArray<number> => {
  const ring: Array<number> = []
  for (let ordinal = 0; ordinal < made; ordinal++) {
    ring.push(ordinal)
    if (ring.length > count) ring.splice(Ring.spare(ring, count), 1)
  }
  return ring
}

describe("Ring", () => {
  it("keeps as many copies as fit a gibibyte, from 2 to 6", () => {
    assert.strictEqual(Ring.copies(1), 6)
    assert.strictEqual(Ring.copies(2 ** 28), 4)
    assert.strictEqual(Ring.copies(2 ** 40), 2)
    assert.strictEqual(Ring.bytes(1000), 6000)
    assert.strictEqual(Ring.bytes(2 ** 28), 2 ** 30)
  })

  it("has kept every copy that comes to be missed", () => {
    for (let count = 2; count <= 6; count++) {
      for (let newest = 1; newest < 300; newest++) {
        const before = Ring.wanted(newest - 1, count)
        const lost = [...Ring.wanted(newest, count)].filter((ordinal) => ordinal !== newest && !before.has(ordinal))
        assert.deepStrictEqual(lost, [], `${count} copies, the newest one is ${newest}`)
      }
    }
  })

  it("keeps as many as there is room for: the newest one, older ones at distances that triple, and the first one", () => {
    FastCheck.assert(FastCheck.property(FastCheck.integer({ min: 1, max: 500 }), FastCheck.integer({ min: 2, max: 6 }),
      (made, count) => {
        const ring = kept(made, count)
        assert.strictEqual(ring.length, Math.min(count, made))
        assert.strictEqual(ring.at(-1), made - 1)
        if (count > 2) assert.strictEqual(ring[0], 0)
        const ages = ring.map((ordinal) => made - 1 - ordinal).toReversed()
        const limits = [0, 3, 12, 39, 120, Infinity]
        for (const [index, age] of ages.entries()) {
          const last = count > 2 && index === ages.length - 1
          assert.isTrue(last || age <= (limits[index] ?? NaN), `${count} copies of ${made}: ${ages.join()}`)
        }
      }))
    assert.deepStrictEqual(kept(100, 6), [0, 81, 90, 96, 98, 99])
    assert.deepStrictEqual(kept(5, 6), [0, 1, 2, 3, 4])
  })
})
