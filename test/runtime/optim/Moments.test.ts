import { assert, describe, it } from "@effect/vitest"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Moments from "../../../runtime/optim/Moments.ts"

const sgd = Optimizer.sgd({ momentum: 0.9 })
const adam = Optimizer.adam({ beta1: 0.8, beta2: 0.99 })
const adamw = Optimizer.adamw({ beta1: 0.7 })

describe("Moments", () => {
  it("keeps SGD's momentum, or Adam's two moments, of every parameter", () => {
    assert.deepStrictEqual([sgd, adam, adamw].map(Moments.slots), [["momentum"], ["first", "second"], ["first", "second"]])
    assert.strictEqual(Moments.addressOf("backbone.0.conv.weight", "second"), "backbone.0.conv.weight/second")
  })

  it("takes SGD's momentum or Adam's beta1 for the momentum of a schedule's rows", () => {
    assert.deepStrictEqual([sgd, adam, adamw].map(Moments.momentum), [0.9, 0.8, 0.7])
  })

  it("corrects moments for their start at 0: by all that a first one lacks, by nothing in the end", () => {
    const first = Moments.correction(adam, 1)
    assert.approximately(first.first, 0.2, 1e-15)
    assert.approximately(first.second, 0.01, 1e-15)
    const second = Moments.correction(adam, 2)
    assert.approximately(second.first, 0.36, 1e-15)
    assert.approximately(second.second, 0.0199, 1e-15)
    assert.deepStrictEqual(Moments.correction(adam, 1_000_000), { first: 1, second: 1 })
    // A constant gradient's corrected moment is that gradient, from the first update on.
    let moment = 0
    for (let update = 1; update <= 20; update++) {
      moment = 0.8 * moment + 0.2 * 3
      assert.approximately(moment / Moments.correction(adam, update).first, 3, 1e-12)
    }
  })

  it("warms up SGD's momentum from where it is told, never from above its own, and Adam's not at all", () => {
    assert.deepStrictEqual([0.8, 0.95].map((from) => Moments.warmedFrom(sgd, from)), [0.8, 0.9])
    assert.deepStrictEqual([0.5, 0.95].map((from) => Moments.warmedFrom(adam, from)), [0.8, 0.8])
    assert.strictEqual(Moments.warmedFrom(adamw, 0.1), 0.7)
  })
})
