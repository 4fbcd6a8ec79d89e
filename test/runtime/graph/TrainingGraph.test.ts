import { assert, describe, it } from "@effect/vitest"
import * as Builder from "../../../runtime/graph/Builder.ts"
import * as TrainingGraph from "../../../runtime/graph/TrainingGraph.ts"

const builder = Builder.make()
const conv = builder.convolution("stem.conv", builder.image("image", 32), 4, 3, 2)
const last = builder.bias("head.bias", builder.batchNorm("stem.norm", conv), 0)
const graph: TrainingGraph.TrainingGraph = {
  input: [32, 32, 3],
  classes: ["a"],
  strides: [8, 16],
  regMax: 16,
  nodes: builder.nodes,
  outputs: { distances: last, logits: last }
}

describe("TrainingGraph", () => {
  it("addresses tensors by their node and name, in the graph's order", () => {
    assert.deepStrictEqual(TrainingGraph.parameters(graph).map(({ address }) => address), [
      "stem.conv.weight",
      "stem.norm.gamma",
      "stem.norm.beta",
      "head.bias.bias"
    ])
    assert.deepStrictEqual(TrainingGraph.buffers(graph).map(({ address, node }) => [address, node.id]), [
      ["stem.norm.mean", "stem.norm"],
      ["stem.norm.variance", "stem.norm"]
    ])
  })

  it("counts elements and anchors", () => {
    assert.deepStrictEqual([[], [7], [3, 3, 2, 4], [0, 5]].map(TrainingGraph.sizeOf), [1, 7, 72, 0])
    assert.strictEqual(TrainingGraph.anchorCount(graph), 4 * 4 + 2 * 2)
  })
})
