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

describe("Cost.of", () => {
  it("counts 2 x multiply-adds of a convolution by hand", () => {
    const cost = Cost.of(small(), { batch: 5, ema: false })
    assert.strictEqual(cost.flops, 2 * (3 * 3 * 3) * 4 * (4 * 4))
    assert.strictEqual(cost.flopsPerStep, 3 * cost.flops * 5)
  })

  it("counts parameters, statistics, averages, momentum and activations by hand", () => {
    const parameters = 3 * 3 * 3 * 4 + 4 + 4 + 4
    const statistics = 8
    const outputs = 8 * 8 * 3 + 3 * (4 * 4 * 4)
    const off = Cost.of(small(), { batch: 5, ema: false })
    assert.strictEqual(off.parameters, parameters)
    assert.deepStrictEqual(off.memory, {
      weights: 4 * (parameters + statistics),
      optimizer: 4 * parameters,
      activations: 4 * 5 * outputs,
      total: 4 * (2 * parameters + statistics + 5 * outputs)
    })
    assert.strictEqual(Cost.of(small(), { batch: 5, ema: true }).memory.weights, 2 * off.memory.weights)
  })
})
