import { assert, describe, it } from "@effect/vitest"
import * as Model from "../../../../dsl/Model.ts"
import * as Cost from "../../../../runtime/graph/Cost.ts"
import { anchorCount, buffers, parameters, sizeOf } from "../../../../runtime/graph/TrainingGraph.ts"
import * as Yolo from "../../../../runtime/nets/yolo/Yolo.ts"

const coco = Array.from({ length: 80 }, (_, index) => `class ${index}`)

const within = (actual: number, expected: number, share: number): void =>
  assert.isBelow(Math.abs(actual / expected - 1), share, `${actual} against ${expected}`)

describe("Yolo.build", () => {
  // The published figures of the five sizes at 80 classes and 640 px: million parameters, GFLOPs.
  for (
    const [size, millions, gflops] of [
      ["n", 3.16, 8.7],
      ["s", 11.17, 28.6],
      ["m", 25.9, 78.9],
      ["l", 43.7, 165.2],
      ["x", 68.2, 257.8]
    ] as const
  ) {
    it(`has the published size and cost at size ${size}`, () => {
      const cost = Cost.of(Yolo.build(Model.yolo({ size, input: 640 }), coco), { batch: 1, ema: false })
      within(cost.parameters / 1e6, millions, 0.01)
      within(cost.flops / 1e9, gflops, 0.03)
    })
  }

  it("has one row of outputs for every cell of every level", () => {
    const graph = Yolo.build(Model.yolo({ size: "n", input: 160 }), ["a", "b", "c"])
    const shapeOf = (id: string) => graph.nodes.find((node) => node.id === id)?.shape
    assert.strictEqual(anchorCount(graph), 400 + 100 + 25)
    assert.deepStrictEqual(shapeOf(graph.outputs.distances), [525, 64])
    assert.deepStrictEqual(shapeOf(graph.outputs.logits), [525, 3])
  })

  it("starts the class scores at the share that about five objects on a 640 px image have", () => {
    const graph = Yolo.build(Model.yolo({ size: "n", input: 640 }), coco)
    const bias = parameters(graph).find(({ address }) => address === "head.class.0.2.bias.bias")
    assert.deepStrictEqual(bias?.tensor.initial, { _tag: "Constant", value: Math.log(5 / 80 / 80 ** 2) })
  })

  it("gives every node inputs that come before it, and every tensor an address of its own", () => {
    const graph = Yolo.build(Model.yolo({ size: "m", input: 96 }), ["a"])
    const seen = new Set<string>()
    for (const node of graph.nodes) {
      for (const input of node.inputs) assert.isTrue(seen.has(input), `${node.id} reads ${input}`)
      assert.isFalse(seen.has(node.id))
      seen.add(node.id)
      assert.isAbove(sizeOf(node.shape), 0)
    }
    const addresses = [...parameters(graph), ...buffers(graph)].map(({ address }) => address)
    assert.strictEqual(new Set(addresses).size, addresses.length)
  })

  it("takes depth and width multiples of one's own", () => {
    const graph = Yolo.build(Model.yolo({ depth: 0.33, width: 0.125, input: 64 }), ["a", "b", "c"])
    const stem = graph.nodes.find((node) => node.id === "backbone.0.conv")
    assert.deepStrictEqual(stem?.shape, [32, 32, 8])
    assert.deepStrictEqual(stem?.parameters[0]?.shape, [3, 3, 3, 8])
  })
})
