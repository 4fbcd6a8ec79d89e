import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { newLaunchId } from "../../../runtime/run/LaunchId.ts"

/** Times that an id of ten characters tells: until the year 2059. */
const time = fc.integer({ min: 36 ** 7, max: 36 ** 8 - 1 })

describe("newLaunchId", () => {
  it("sorts by time, and is of ten digits and small letters", () => {
    fc.assert(fc.property(time, time, (one, other) => {
      const [first, second] = [newLaunchId(one), newLaunchId(other)]
      assert.match(first, /^[0-9a-z]{10}$/)
      if (one !== other) assert.strictEqual(first < second, one < other)
    }))
  })

  it("seldom gives two of one millisecond the same", () => {
    const ids = new Set(Array.from({ length: 50 }, () => newLaunchId(1_800_000_000_000)))
    assert.isAbove(ids.size, 40)
  })
})
