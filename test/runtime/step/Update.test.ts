import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Update from "../../../runtime/step/Update.ts"
import { onEachBackend } from "../detect/backends.ts"
import { distance } from "./small.ts"
import { fixture, updated } from "./updates.ts"

onEachBackend("Update.byOperations", () => {
  for (const { after, optimizer } of fixture.cases) {
    it(`updates as PyTorch does: ${JSON.stringify(optimizer)}`, () => {
      const tensors = tf.memory().numTensors
      for (const name of Object.keys(fixture.shapes)) {
        for (const coefficient of [1, 0.25]) {
          for (const [index, values] of updated(Update.byOperations.update, optimizer, name, coefficient).entries()) {
            assert.isBelow(distance(values, after[index]?.[name] ?? []), 1e-6, `${name} after update ${index}`)
          }
        }
      }
      assert.strictEqual(tf.memory().numTensors, tensors)
    })
  }

  it("says where an optimizer's tensor is missing", () => {
    const weight = tf.variable(tf.tensor1d([1]))
    const rates = { coefficient: 1, learningRate: 1, momentum: 0, decay: 0, correction: { first: 1, second: 1 } }
    const slots = [tf.variable(tf.tensor1d([0]))]
    assert.throws(() => Update.byOperations.update(Optimizer.adam(), { weight, slots }, weight, rates), /keeps no tensor 1/)
  })
})
