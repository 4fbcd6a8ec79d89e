import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Model from "../../../../dsl/Model.ts"
import * as Cost from "../../../../runtime/graph/Cost.ts"
import {
  anchorCount,
  buffers,
  parameters,
  sizeOf,
  type TrainingGraph
} from "../../../../runtime/graph/TrainingGraph.ts"
import * as Yolo from "../../../../runtime/nets/yolo/Yolo.ts"

const named = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => `class ${index}`)
const coco = named(80)

const within = (actual: number, expected: number, share: number): void =>
  assert.isBelow(Math.abs(actual / expected - 1), share, `${actual} against ${expected}`)

const options: Cost.Options = { batch: 1, accumulate: 1, slots: 1, ema: false }

const shapesOf = (graph: TrainingGraph, ids: ReadonlyArray<string | null>): ReadonlyArray<ReadonlyArray<number> | undefined> =>
  ids.map((id) => graph.nodes.find((node) => node.id === id)?.shape)

describe("Yolo.build", () => {
  // The published figures of the five sizes at 80 classes and 640 px: million parameters, GFLOPs.
  for (
    const [size, millions, gflops] of [
      ["n", 3.157, 8.7],
      ["s", 11.2, 28.6],
      ["m", 25.9, 78.9],
      ["l", 43.7, 165.2],
      ["x", 68.2, 257.8]
    ] as const
  ) {
    it(`has the published size and cost at size ${size}`, () => {
      const cost = Cost.of(Yolo.build(Model.yolo({ size, input: 640 }), coco), options)
      within(cost.parameters / 1e6, millions, size === "n" ? 1e-3 : 1e-2)
      within(cost.flops / 1e9, gflops, 0.03)
    })
  }

  it("has exactly the parameters that the smallest size has elsewhere", () => {
    const cost = Cost.of(Yolo.build(Model.yolo({ size: "n", input: 640 }), coco), options)
    assert.strictEqual(cost.parameters, 3_157_184)
  })

  it("estimates the memory of a step from the graph", () => {
    const graph = Yolo.build(Model.yolo({ size: "n", input: 640 }), coco)
    const { memory, parameters } = Cost.of(graph, { ...options, batch: 4 })
    assert.strictEqual(memory.optimizer, 4 * parameters)
    const statistics = buffers(graph).reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0)
    assert.strictEqual(memory.weights, 4 * (parameters + statistics))
    assert.strictEqual(memory.activations, 4 * 4 * graph.nodes.reduce((sum, { shape }) => sum + sizeOf(shape), 0))
    assert.strictEqual(memory.total, memory.weights + memory.optimizer + memory.activations)
  })

  it("has the published shape at every block of the smallest size", () => {
    const graph = Yolo.build(Model.yolo({ size: "n", input: 640 }), coco)
    const published = {
      "backbone.0.act": [320, 320, 16],
      "backbone.1.act": [160, 160, 32],
      "backbone.2.cv2.act": [160, 160, 32],
      "backbone.4.cv2.act": [80, 80, 64],
      "backbone.6.cv2.act": [40, 40, 128],
      "backbone.8.cv2.act": [20, 20, 256],
      "backbone.9.cv2.act": [20, 20, 256],
      "neck.11": [40, 40, 384],
      "neck.12.cv2.act": [40, 40, 128],
      "neck.14": [80, 80, 192],
      "neck.15.cv2.act": [80, 80, 64],
      "neck.17": [40, 40, 192],
      "neck.18.cv2.act": [40, 40, 128],
      "neck.20": [20, 20, 384],
      "neck.21.cv2.act": [20, 20, 256]
    }
    assert.deepStrictEqual(shapesOf(graph, Object.keys(published)), Object.values(published))
    for (const [level, cells] of [80, 40, 20].entries()) {
      assert.deepStrictEqual(
        shapesOf(graph, [`head.box.${level}.2.bias`, `head.class.${level}.0.act`, `head.class.${level}.2.bias`]),
        [[cells, cells, 64], [cells, cells, 80], [cells, cells, 80]]
      )
    }
    assert.deepStrictEqual(shapesOf(graph, [graph.outputs.distances, graph.outputs.logits]), [[8400, 64], [8400, 80]])
  })

  it("repeats blocks by depth, and stops channels at the size's most", () => {
    const repeats = (model: Model.Yolo) => {
      const { nodes } = Yolo.build(model, ["a"])
      const entries = nodes.filter(({ id }) => id.includes(".m.") && id.endsWith(".cv1.conv"))
      return ["backbone.2", "backbone.4", "backbone.6", "backbone.8", "neck.12"].map(
        (block) => entries.filter(({ id }) => id.startsWith(`${block}.`)).length
      )
    }
    assert.deepStrictEqual(repeats(Model.yolo({ size: "n", input: 32 })), [1, 2, 2, 1, 1])
    assert.deepStrictEqual(repeats(Model.yolo({ size: "m", input: 32 })), [2, 4, 4, 2, 2])
    assert.deepStrictEqual(repeats(Model.yolo({ size: "l", input: 32 })), [3, 6, 6, 3, 3])
    // Halves go to the even neighbour: 4.5 to 4, 1.5 to 2.
    assert.deepStrictEqual(repeats(Model.yolo({ depth: 0.75, width: 0.1, input: 32 })), [2, 4, 4, 2, 2])
    assert.deepStrictEqual(repeats(Model.yolo({ depth: 0.5, width: 0.1, input: 32 })), [2, 3, 3, 2, 2])
    const top = (size: Model.Size) =>
      shapesOf(Yolo.build(Model.yolo({ size, input: 32 }), ["a"]), ["backbone.9.cv2.act"])[0]
    const tops = (["n", "s", "m", "l", "x"] as const).map(top)
    assert.deepStrictEqual(tops, [256, 512, 576, 512, 640].map((channels) => [1, 1, channels]))
  })

  it("adds around bottlenecks in the backbone alone", () => {
    const { nodes } = Yolo.build(Model.yolo({ size: "n", input: 32 }), ["a"])
    const added = nodes.filter(({ op }) => op._tag === "Add").map(({ id }) => id.split(".m.")[0])
    assert.deepStrictEqual(added, ["backbone.2", "backbone.4", "backbone.4", "backbone.6", "backbone.6", "backbone.8"])
  })

  it("names tensors by block, part and node", () => {
    const graph = Yolo.build(Model.yolo({ size: "n", input: 64 }), ["a"])
    const addresses = [...parameters(graph), ...buffers(graph)].map(({ address }) => address)
    assert.includeMembers(addresses, [
      "backbone.0.conv.weight",
      "backbone.4.cv1.conv.weight",
      "backbone.4.m.1.cv2.norm.gamma",
      "backbone.9.cv2.norm.variance",
      "neck.21.cv2.norm.beta",
      "head.box.2.2.conv.weight",
      "head.class.0.2.bias.bias"
    ])
  })

  it("starts the class scores at the share that about five objects on a 640 px image have", () => {
    const initial = (graph: TrainingGraph, address: string) =>
      parameters(graph).find((parameter) => parameter.address === address)?.tensor.initial
    const graph = Yolo.build(Model.yolo({ size: "n", input: 640 }), coco)
    for (const [level, cells] of [80, 40, 20].entries()) {
      const value = Math.log(5 / 80 / cells ** 2)
      assert.deepStrictEqual(initial(graph, `head.class.${level}.2.bias.bias`), { _tag: "Constant", value })
      assert.deepStrictEqual(initial(graph, `head.box.${level}.2.bias.bias`), { _tag: "Constant", value: 1 })
    }
  })

  it("takes depth and width multiples of one's own", () => {
    const graph = Yolo.build(Model.yolo({ depth: 0.33, width: 0.125, input: 64 }), ["a", "b", "c"])
    const stem = graph.nodes.find((node) => node.id === "backbone.0.conv")
    assert.deepStrictEqual(stem?.shape, [32, 32, 8])
    assert.deepStrictEqual(stem?.parameters[0]?.shape, [3, 3, 3, 8])
  })
})

const models = fc.oneof(
  fc.record({ size: fc.constantFrom<Model.Size>("n", "s", "m", "l", "x"), input: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    depth: fc.double({ min: 0.01, max: 3, noNaN: true }),
    width: fc.double({ min: 0.001, max: 3, noNaN: true }),
    maxChannels: fc.integer({ min: 1, max: 2048 }),
    input: fc.integer({ min: 1, max: 60 })
  })
).map((options) => Model.yolo({ ...options, input: 32 * options.input }))

describe("Any YOLOv8", () => {
  it("reads earlier nodes alone, has an address for every tensor and extent in every shape", () => {
    fc.assert(fc.property(models, fc.integer({ min: 1, max: 400 }), (model, classes) => {
      const graph = Yolo.build(model, named(classes))
      const seen = new Set<string>()
      for (const { id, inputs, shape } of graph.nodes) {
        if (!inputs.every((input) => seen.has(input)) || seen.has(id)) assert.fail(`${id} reads ${inputs.join(", ")}`)
        const hasExtent = shape.every((extent) => Number.isSafeInteger(extent) && extent > 0)
        if (!hasExtent) assert.fail(`${id} is ${shape.join(" x ")}`)
        seen.add(id)
      }
      const tensors = [...parameters(graph), ...buffers(graph)]
      assert.strictEqual(new Set(tensors.map(({ address }) => address)).size, tensors.length)
    }))
  })

  it("has one row of outputs for every cell of every level, whatever its input and classes", () => {
    fc.assert(fc.property(models, fc.integer({ min: 1, max: 400 }), (model, classes) => {
      const graph = Yolo.build(model, named(classes))
      const cells = [8, 16, 32].map((stride) => (model.input / stride) ** 2)
      const anchors = cells.reduce((sum, count) => sum + count, 0)
      assert.strictEqual(anchorCount(graph), anchors)
      assert.deepStrictEqual(
        shapesOf(graph, [graph.outputs.distances, graph.outputs.logits]),
        [[anchors, 64], [anchors, classes]]
      )
    }))
  })

  it("costs more with every class, and parameters do not depend on the input", () => {
    fc.assert(fc.property(models, fc.integer({ min: 1, max: 200 }), (model, classes) => {
      const cost = (input: number, count: number) =>
        Cost.of(Yolo.build({ ...model, input }, named(count)), options)
      const here = cost(model.input, classes)
      const more = cost(model.input, classes + 1)
      const larger = cost(2 * model.input, classes)
      assert.isAbove(more.parameters, here.parameters)
      assert.strictEqual(larger.parameters, here.parameters)
      assert.strictEqual(larger.flops, 4 * here.flops)
    }), { numRuns: 40 })
  })
})
