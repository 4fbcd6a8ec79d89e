import { assert, describe, it } from "@effect/vitest"
import * as Model from "../../../../dsl/Model.ts"
import * as Optimizer from "../../../../dsl/Optimizer.ts"
import * as FlatGroup from "../../../../runtime/engine/tensorflow/FlatGroup.ts"
import { parameters } from "../../../../runtime/graph/TrainingGraph.ts"
import * as Yolo from "../../../../runtime/nets/yolo/Yolo.ts"
import { initialState } from "../../../../runtime/step/InitialState.ts"

const graph = Yolo.build(Model.yolo({ depth: 0.33, width: 0.125, input: 64 }), ["a", "b", "c"])
const state = initialState(graph, { seed: 5, ema: false, optimizer: Optimizer.sgd({ momentum: 0.9 }) })
const tensors = new Map([...state.parameters, ...state.buffers].map((tensor) => [tensor.name, tensor]))
const groups = [
  ...(["weights", "norms", "biases"] as const).map((group) => FlatGroup.ofParameters(graph, group)),
  FlatGroup.ofBuffers(graph)
]

describe("FlatGroup", () => {
  it("holds every tensor of the state once, each on rows of its own", () => {
    const held = groups.flatMap(({ slots }) => slots.map(({ address }) => address))
    assert.deepStrictEqual(held.toSorted(), [...tensors.keys()].toSorted())
    for (const { rows, slots } of groups) {
      const ends = slots.map(({ firstRow, rows }) => firstRow + rows)
      assert.deepStrictEqual(slots.map(({ firstRow }) => firstRow), [0, ...ends.slice(0, -1)])
      assert.strictEqual(ends.at(-1), rows)
      assert.isTrue(slots.every((slot) => slot.rows * FlatGroup.columns - slot.size < FlatGroup.columns))
    }
    // Three class scores leave most of a row unused.
    assert.isTrue(groups.some(({ slots }) => slots.some(({ size }) => size === 3)))
    assert.strictEqual(
      groups.slice(0, 3).reduce((sum, { slots }) => sum + slots.length, 0),
      parameters(graph).length
    )
  })

  it("unpacks what it packed, and leaves the ends of rows at zero", () => {
    for (const group of groups) {
      const flat = FlatGroup.pack(group, tensors)
      assert.strictEqual(flat.length, group.rows * FlatGroup.columns)
      const unpacked = FlatGroup.unpack(group, flat)
      assert.deepStrictEqual(unpacked, group.slots.flatMap(({ address }) => tensors.get(address) ?? []))
      const used = group.slots.reduce((sum, { size }) => sum + size, 0)
      const ones = new Map([...tensors].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map(() => 1) }]))
      assert.strictEqual(FlatGroup.pack(group, ones).reduce((sum, value) => sum + value, 0), used)
    }
  })

  it("names a tensor that is missing or has another size", () => {
    const [weights] = groups
    assert.throws(
      () => FlatGroup.pack(weights as FlatGroup.FlatGroup, new Map()),
      'the state has no tensor "backbone.0.conv.weight" of 216 values'
    )
  })
})
