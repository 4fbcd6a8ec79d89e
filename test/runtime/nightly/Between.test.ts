import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Between from "../../../runtime/nightly/Between.ts"

describe("Between", () => {
  it("finds the first bad one, in no more looks than it says", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (last, chosen) => {
      const first = 1 + chosen % last
      let between: Between.Between = { good: 0, bad: last }
      const most = Between.looks(between)
      let looks = 0
      for (let place = Between.next(between); place !== null; place = Between.next(between)) {
        looks++
        between = Between.narrowed(between, place, place >= first)
      }
      assert.deepStrictEqual(between, { good: first - 1, bad: first })
      assert.isAtMost(looks, most)
    }))
  })
})
