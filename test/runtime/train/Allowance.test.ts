import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Allowance from "../../../runtime/train/Allowance.ts"

describe("Allowance", () => {
  it("allows the first time after the least time, and the next where it costs no more than its share", () => {
    const allowance = Allowance.make({ share: 0.01, least: 50, began: 1000 })
    assert.isFalse(allowance.due(1049))
    assert.isTrue(allowance.due(1050))
    allowance.spent(1060, 10)
    assert.isFalse(allowance.due(2059))
    assert.isTrue(allowance.due(2060))
  })

  it("has what one time costs paid for before the next, and no more", () => {
    const allowance = Allowance.make({ share: 0.1, least: 0, began: 0 })
    allowance.spent(0, 100)
    assert.isFalse(allowance.due(999))
    allowance.spent(1000, 4)
    assert.isFalse(allowance.due(1039))
    assert.isTrue(allowance.due(1040))
  })

  it("keeps within its share, whatever a time costs", () => {
    const costs = FastCheck.array(FastCheck.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 60 })
    FastCheck.assert(FastCheck.property(costs, FastCheck.integer({ min: 1, max: 40 }), (costs, tick) => {
      const allowance = Allowance.make({ share: 0.05, least: 0, began: 0 })
      let [now, sum] = [0, 0]
      for (const cost of costs) {
        while (!allowance.due(now)) now += tick
        now += cost
        sum += cost
        allowance.spent(now, cost)
      }
      // What the last one costs is paid for by the time that follows it.
      while (!allowance.due(now)) now += tick
      assert.isAtMost(sum / now, 0.05)
    }))
  })
})
