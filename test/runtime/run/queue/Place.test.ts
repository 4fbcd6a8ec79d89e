import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Place from "../../../../runtime/run/queue/Place.ts"

const priority = fc.integer({ min: Place.least, max: Place.most })
const moment = fc.integer({ min: 0, max: 4e12 })
const after = fc.integer({ min: 0, max: 4e8 })

describe("Place", () => {
  it("takes equal priorities in the order of their submission", () => {
    fc.assert(fc.property(priority, moment, moment, (priority, one, other) => {
      assert.strictEqual(Math.sign(Place.of(priority, one) - Place.of(priority, other)), Math.sign(one - other))
    }))
  })

  it("gives each step of priority a head start of ten minutes, and no more", () => {
    fc.assert(fc.property(priority, priority, moment, after, (mine, other, submitted, later) => {
      const passes = Place.of(other, submitted + later) < Place.of(mine, submitted)
      assert.strictEqual(passes, later < (other - mine) * 10 * 60 * 1000)
    }))
  })

  it("has nobody pass a run that has waited for as long as priorities can differ", () => {
    const longest = (Place.most - Place.least) * Place.headStart
    fc.assert(fc.property(priority, priority, moment, after, (mine, other, submitted, later) => {
      assert.isAtLeast(Place.of(other, submitted + longest + later), Place.of(mine, submitted))
    }))
  })
})
