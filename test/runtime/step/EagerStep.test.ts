import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Kernels from "../../../runtime/engine/tensorflow/Kernels.ts"
import * as Backward from "../../../runtime/step/Backward.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../runtime/step/EagerStep.ts"
import type { Scalars } from "../../../runtime/step/Step.ts"
import { loadTensorflow, tensorflow } from "../engine/tensorflow/engine.ts"
import { type Found, normOf, updated } from "./byHand.ts"
import { batchOf, farthest, plain, scalars, small, type Stochastic, unclipped } from "./small.ts"

const copied = (tensors: ReadonlyMap<string, tf.Tensor>): ReadonlyMap<string, Float32Array> =>
  new Map([...tensors].map(([address, tensor]) => [address, tensor.dataSync<"float32">().slice()]))

/** Evaluates what the step will find on a batch, and leaves nothing behind. */
const look = (
  configuration: Configuration,
  step: EagerStep.EagerStep,
  index: number
): Found & { readonly loss: number } => {
  const inputs = Backward.batchTensors(configuration.graph, batchOf(configuration, index))
  const result = step.backward(inputs)
  const found = {
    gradients: copied(result.gradients),
    buffers: copied(result.buffers),
    loss: result.loss.dataSync<"float32">()[0] ?? NaN
  }
  Backward.dispose(result)
  tf.dispose(Object.values(inputs))
  return found
}

tensorflow("The eager step", () => {
  const steps = new Map<Configuration, EagerStep.EagerStep>()
  const stepOf = (configuration: Configuration): EagerStep.EagerStep => {
    const step = steps.get(configuration)
    if (step === undefined) throw new Error("no step of this configuration was made")
    return step
  }
  beforeAll(() => {
    const kernels = Kernels.make(loadTensorflow())
    for (const configuration of [small, plain]) steps.set(configuration, EagerStep.make(configuration, kernels))
  })
  afterAll(() => {
    for (const step of steps.values()) step.dispose()
  })

  const cases: ReadonlyArray<readonly [string, Stochastic, Scalars]> = [
    ["Nesterov, weight decay, average, clipping", small, scalars],
    ["Nesterov, weight decay, average, no clipping", small, unclipped],
    ["a bound above the norm", small, { ...scalars, clipBound: 1e4 }],
    ["none of them", plain, unclipped],
    ["clipping alone", plain, scalars]
  ]
  for (const [name, configuration, values] of cases) {
    it(`updates as torch's formulas say: ${name}`, () => {
      const step = stepOf(configuration)
      // The first step has no momentum yet.
      for (let index = 0; index < 2; index++) {
        const before = step.read()
        const found = look(configuration, step, index)
        const outcome = step.run(batchOf(configuration, index), values)
        assert.approximately(outcome.gradNorm / normOf(found.gradients), 1, 1e-5)
        assert.strictEqual(outcome.loss, found.loss)
        assert.strictEqual(outcome.clipped, values.clipBound < outcome.gradNorm)
        const [tensor, off] = farthest(step.read(), updated(configuration, before, found, values))
        assert.isBelow(off, 1e-5, tensor)
      }
    })
  }

  it("evaluates loss and gradients without changing the state or keeping a tensor", () => {
    const step = stepOf(small)
    const before = step.read()
    const tensors = tf.memory().numTensors
    const [first, second] = [look(small, step, 7), look(small, step, 7)]
    assert.strictEqual(first.loss, second.loss)
    assert.strictEqual(tf.memory().numTensors, tensors)
    assert.deepStrictEqual(farthest(step.read(), before), ["", 0])
  })

  it("keeps no tensor beside its state over steps and predictions, and none at all once it is disposed", () => {
    const start = tf.memory().numTensors
    const step = EagerStep.make(small, Kernels.make(loadTensorflow()))
    const held = tf.memory().numTensors
    const batch = batchOf(small, 0)
    for (let index = 0; index < 2; index++) step.run(batch, scalars)
    step.predict(batch.images)
    step.write(step.read())
    assert.strictEqual(tf.memory().numTensors, held)
    step.dispose()
    assert.strictEqual(tf.memory().numTensors, start)
  })
})
