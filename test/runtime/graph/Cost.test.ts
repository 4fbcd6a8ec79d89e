import { assert, describe, it } from "@effect/vitest"
import * as Builder from "../../../runtime/graph/Builder.ts"
import * as Cost from "../../../runtime/graph/Cost.ts"
import type { TrainingGraph } from "../../../runtime/graph/TrainingGraph.ts"

/** A 3x3 convolution of stride 2 from 3 to 4 channels on 8 px, with batch norm and bias. */
const small = (): TrainingGraph => {
  const builder = Builder.make()
  const conv = builder.convolution("conv", builder.image("image", 8), 4, 3, 2)
  const last = builder.bias("bias", builder.batchNorm("norm", conv), 0)
  return {
    input: [8, 8, 3],
    classes: ["a"],
    strides: [2],
    regMax: 16,
    nodes: builder.nodes,
    outputs: { distances: last, logits: last }
  }
}

const options: Cost.Options = { batch: 5, accumulate: 1, slots: 1, ema: false }

describe("Cost.of", () => {
  it("counts 2 x multiply-adds of a convolution by hand", () => {
    const cost = Cost.of(small(), options)
    assert.strictEqual(cost.flops, 2 * (3 * 3 * 3) * 4 * (4 * 4))
    assert.strictEqual(cost.flopsPerStep, 3 * cost.flops * 5)
  })

  it("counts parameters, statistics, averages, momentum and activations by hand", () => {
    const parameters = 3 * 3 * 3 * 4 + 4 + 4 + 4
    const statistics = 8
    const outputs = 8 * 8 * 3 + 3 * (4 * 4 * 4)
    const off = Cost.of(small(), options)
    assert.strictEqual(off.parameters, parameters)
    assert.deepStrictEqual(off.memory, {
      weights: 4 * (parameters + statistics),
      optimizer: 4 * parameters,
      activations: 4 * 5 * outputs,
      total: 4 * (2 * parameters + statistics + 5 * outputs)
    })
    assert.strictEqual(Cost.of(small(), { ...options, ema: true }).memory.weights, 2 * off.memory.weights)
  })

  it("counts every tensor that the optimizer keeps, and the sum of the gradients where a step has several batches", () => {
    const memory = (change: Partial<Cost.Options>) => Cost.of(small(), { ...options, ...change }).memory
    const one = 4 * (3 * 3 * 3 * 4 + 4 + 4 + 4)
    assert.strictEqual(memory({ slots: 2 }).optimizer, 2 * one)
    assert.strictEqual(memory({ slots: 2, accumulate: 3 }).optimizer, 3 * one)
    assert.strictEqual(memory({ accumulate: 100 }).optimizer, 2 * one)
  })

  it("computes every batch of a step, and holds the activations of one", () => {
    const [one, three] = [1, 3].map((accumulate) => Cost.of(small(), { ...options, accumulate }))
    assert.strictEqual(three?.flopsPerStep, 3 * (one?.flopsPerStep ?? NaN))
    assert.strictEqual(three?.memory.activations, one?.memory.activations)
  })
})
