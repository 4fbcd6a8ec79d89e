import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Model from "../../../../dsl/Model.ts"
import * as Cost from "../../../../runtime/graph/Cost.ts"
import { anchorCount, buffers, dropouts, parameters, type TrainingGraph } from "../../../../runtime/graph/TrainingGraph.ts"
import * as Classifier from "../../../../runtime/nets/classifier/Classifier.ts"

const model = Model.classifier({ channels: [4, 6], input: 20 })
const options: Cost.Options = { batch: 1, accumulate: 1, slots: 1, ema: false }

describe("Classifier.build", () => {
  it("has a stage at half the size for each count of channels, then one logit a class", () => {
    const graph = Classifier.build(model, ["a", "b", "c"], 0)
    assert.deepStrictEqual(graph.nodes.map(({ id, shape }) => `${id} ${shape.join(" x ")}`), [
      "image 20 x 20 x 3",
      "backbone.0.conv 10 x 10 x 4",
      "backbone.0.norm 10 x 10 x 4",
      "backbone.0.act 10 x 10 x 4",
      "backbone.1.conv 5 x 5 x 6",
      "backbone.1.norm 5 x 5 x 6",
      "backbone.1.act 5 x 5 x 6",
      "head.mean 1 x 1 x 6",
      "head.conv 1 x 1 x 3",
      "head.bias 1 x 1 x 3",
      "head.logits 1 x 3"
    ])
    assert.deepStrictEqual(graph.outputs, { distances: null, logits: "head.logits" })
    assert.deepStrictEqual([graph.strides, graph.regMax, anchorCount(graph)], [[], 0, 0])
  })

  it("decays kernels and the last matrix alone", () => {
    const groups = Map.groupBy(parameters(Classifier.build(model, ["a"], 0)), ({ tensor }) => tensor.group)
    const of = (group: "weights" | "norms" | "biases") => groups.get(group)?.map(({ address }) => address)
    assert.deepStrictEqual(of("weights"), ["backbone.0.conv.weight", "backbone.1.conv.weight", "head.conv.weight"])
    assert.deepStrictEqual(of("norms"), ["backbone.0.norm.gamma", "backbone.1.norm.gamma"])
    assert.deepStrictEqual(of("biases"), ["backbone.0.norm.beta", "backbone.1.norm.beta", "head.bias.bias"])
  })

  it("counts its parameters and multiplications by hand", () => {
    const cost = Cost.of(Classifier.build(model, ["a", "b", "c"], 0), options)
    assert.strictEqual(cost.parameters, 27 * 4 + 2 * 4 + 36 * 6 + 2 * 6 + 6 * 3 + 3)
    assert.strictEqual(cost.flops, 2 * (27 * 4 * 100 + 36 * 6 * 25 + 6 * 3))
  })

  it("has a dropout before its last layer, where one is wanted, and the same tensors with and without", () => {
    const [without, dropping] = [Classifier.build(model, ["a"], 0), Classifier.build(model, ["a"], 0.25)]
    assert.deepStrictEqual(dropouts(without), [])
    const [found, ...others] = dropouts(dropping)
    assert.deepStrictEqual([others.length, found?.share], [0, 0.25])
    assert.deepInclude(found?.node, { id: "head.dropout", shape: [1, 1, 6], inputs: ["head.mean"] })
    const addresses = (graph: TrainingGraph) => [...parameters(graph), ...buffers(graph)].map(({ address }) => address)
    assert.deepStrictEqual(addresses(dropping), addresses(without))
  })

  it("has extent in every shape, whatever its input, channels and classes", () => {
    const models = fc.record({
      channels: fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 8 }),
      input: fc.integer({ min: 1, max: 300 })
    }).map(Model.classifier)
    fc.assert(fc.property(models, fc.integer({ min: 1, max: 50 }), (model, count) => {
      const graph = Classifier.build(model, Array.from({ length: count }, (_, index) => `class ${index}`), 0.5)
      assert.isTrue(graph.nodes.every(({ shape }) => shape.every((extent) => Number.isSafeInteger(extent) && extent > 0)))
      assert.deepStrictEqual(graph.nodes.at(-1)?.shape, [1, count])
    }))
  })
})
