import { assert, describe, it } from "@effect/vitest"
import * as Builder from "../../../runtime/graph/Builder.ts"

describe("Builder", () => {
  it("gives every node the shape that its operation makes", () => {
    const builder = Builder.make()
    const image = builder.image("image", 10)
    const odd = builder.convolution("odd", builder.convolution("even", image, 4, 3, 2), 6, 3, 2)
    assert.deepStrictEqual(["image", "even", "odd"].map(builder.shapeOf), [[10, 10, 3], [5, 5, 4], [3, 3, 6]])
    const same = [builder.batchNorm("norm", odd), builder.silu("act", odd), builder.bias("bias", odd, 1)]
    for (const id of [...same, builder.maxPool("pool", odd, 5), builder.add("add", odd, odd)]) {
      assert.deepStrictEqual(builder.shapeOf(id), [3, 3, 6])
    }
    assert.deepStrictEqual(builder.shapeOf(builder.slice("half", odd, 2, 4)), [3, 3, 4])
    assert.deepStrictEqual(builder.shapeOf(builder.concat("concat", [odd, "half"])), [3, 3, 10])
    assert.deepStrictEqual(builder.shapeOf(builder.upsample("up", "concat")), [6, 6, 10])
    assert.deepStrictEqual(builder.shapeOf(builder.levels("levels", [odd, "act"])), [18, 6])
    assert.deepStrictEqual(builder.shapeOf(builder.mean("mean", odd)), [1, 1, 6])
    assert.deepStrictEqual(builder.shapeOf(builder.dropout("dropout", odd, 0.5)), [3, 3, 6])
  })

  it("starts convolutions within 1 / sqrt(fan in), norms at the identity, statistics at those of nothing seen", () => {
    const builder = Builder.make()
    builder.batchNorm("norm", builder.convolution("conv", builder.image("image", 8), 4, 3, 1))
    const [, conv, norm] = builder.nodes
    const initial = { _tag: "Uniform", bound: 1 / Math.sqrt(27) } as const
    assert.deepStrictEqual(conv?.parameters, [{ name: "weight", shape: [3, 3, 3, 4], group: "weights", initial }])
    assert.deepStrictEqual(
      norm?.parameters.map(({ group, initial, name }) => [name, group, initial]),
      [["gamma", "norms", { _tag: "Constant", value: 1 }], ["beta", "biases", { _tag: "Constant", value: 0 }]]
    )
    assert.deepStrictEqual(norm?.buffers.map(({ name, value }) => [name, value]), [["mean", 0], ["variance", 1]])
  })

  it("refuses an id that is there already and an input that is not", () => {
    const builder = Builder.make()
    builder.image("image", 8)
    assert.throws(() => builder.image("image", 8), /two nodes "image"/)
    assert.throws(() => builder.silu("act", "elsewhere"), /no node "elsewhere"/)
  })

  it("refuses inputs that do not fit together", () => {
    const builder = Builder.make()
    const image = builder.image("image", 8)
    const half = builder.convolution("half", image, 3, 3, 2)
    const wide = builder.convolution("wide", image, 4, 3, 1)
    assert.throws(() => builder.concat("concat", [image, half]), /inputs of "concat" do not fit: 8 x 8, 4 x 4/)
    assert.throws(() => builder.add("add", image, wide), /inputs of "add" do not fit: 8 x 8 x 3, 8 x 8 x 4/)
    assert.throws(() => builder.levels("levels", [half, wide]), /inputs of "levels" do not fit: 3, 4/)
    assert.throws(() => builder.slice("slice", image, 1, 3), /slice "slice" ends at 4 of 3 channels/)
    assert.deepStrictEqual(builder.nodes.map(({ id }) => id), ["image", "half", "wide"])
  })
})
