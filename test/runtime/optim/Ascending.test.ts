import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Ascending, medianOf } from "../../../runtime/optim/Ascending.ts"

describe("Ascending", () => {
  it("holds what came and did not go, in order", () => {
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: false }).map((value) => value + 0))
    fc.assert(fc.property(numbers, fc.array(fc.nat(), { maxLength: 20 }), (come, go) => {
      const ascending = new Ascending(come.length)
      const expected: Array<number> = []
      for (const value of come) {
        ascending.insert(value)
        expected.push(value)
      }
      for (const index of go) {
        const [gone] = expected.splice(index % Math.max(1, expected.length), 1)
        if (gone !== undefined) ascending.remove(gone)
      }
      assert.deepStrictEqual([...ascending.values], expected.toSorted((left, right) => left - right))
    }))
  })

  it("finds the middle one, and the mean of two", () => {
    assert.isNaN(medianOf([]))
    assert.strictEqual(medianOf([3]), 3)
    assert.strictEqual(medianOf([1, 2, 4, 9]), 3)
    assert.strictEqual(medianOf([1, 2, 9]), 2)
  })
})
