import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Policy from "../../../dsl/Ema.ts"
import * as Ema from "../../../runtime/optim/Ema.ts"

describe("Ema.decayAt", () => {
  it("rises as the published average does", () => {
    const ema = Policy.exponential()
    assert.approximately(Ema.decayAt(ema, 1), 4.99825e-4, 5e-10)
    assert.approximately(Ema.decayAt(ema, 2000), 0.632057347, 5e-10)
    assert.approximately(Ema.decayAt(ema, 1e6), 0.9999, 1e-15)
  })

  it("takes the weights as they are where averaging is off", () => {
    assert.strictEqual(Ema.decayAt(Policy.off, 5), 0)
  })

  it("stays between 0 and its decay, and never falls", () => {
    fc.assert(fc.property(
      fc.double({ min: 0, max: 0.9999999, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.integer({ min: 1, max: 1e7 }),
      (decay, tau, update) => {
        const ema = Policy.exponential({ decay, tau })
        const [now, next] = [Ema.decayAt(ema, update), Ema.decayAt(ema, update + 1)]
        assert.isTrue(now >= 0 && now <= next && next <= decay)
      }
    ))
  })
})
