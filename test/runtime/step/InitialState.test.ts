import { assert, describe, it } from "@effect/vitest"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Yolo from "../../../runtime/nets/yolo/Yolo.ts"
import { initialState } from "../../../runtime/step/InitialState.ts"
import type { State } from "../../../runtime/step/Step.ts"

const graphOf = (classes: ReadonlyArray<string>) =>
  Yolo.build(Model.yolo({ depth: 0.33, width: 0.125, input: 64 }), classes)
const graph = graphOf(["a", "b"])
const optimizer = Optimizer.sgd({ momentum: 0.9 })

const dataOf = (state: State, part: "parameters" | "optimizer" | "buffers" | "ema", name: string): Float32Array =>
  state[part].find((tensor) => tensor.name === name)?.data ?? new Float32Array()

describe("initialState", () => {
  it("draws weights evenly within the bound of their fan-in, and starts the rest at their constants", () => {
    const state = initialState(graph, { seed: 1, ema: false, optimizer })
    const weights = dataOf(state, "parameters", "backbone.8.cv1.conv.weight")
    const bound = 1 / Math.sqrt(128)
    const mean = weights.reduce((sum, value) => sum + value, 0) / weights.length
    const square = weights.reduce((sum, value) => sum + value * value, 0) / weights.length
    assert.isTrue(weights.every((value) => Math.abs(value) <= bound))
    assert.isBelow(Math.abs(mean), 0.03 * bound)
    assert.approximately(square / (bound * bound / 3), 1, 0.03)
    assert.deepStrictEqual(new Set(dataOf(state, "parameters", "backbone.0.norm.gamma")), new Set([1]))
    assert.deepStrictEqual(new Set(dataOf(state, "buffers", "backbone.0.norm.variance")), new Set([1]))
    assert.deepStrictEqual(new Set(dataOf(state, "optimizer", "backbone.0.conv.weight/momentum")), new Set([0]))
    assert.deepStrictEqual(state.ema, [])
  })

  it("counts no update, and keeps for every parameter what its optimizer remembers", () => {
    const names = (optimizer: Optimizer.Optimizer) =>
      initialState(graph, { seed: 1, ema: false, optimizer }).optimizer.map(({ name }) => name)
    const { parameters, updates } = initialState(graph, { seed: 1, ema: false, optimizer })
    assert.strictEqual(updates, 0)
    const kept = (...slots: ReadonlyArray<string>) =>
      slots.flatMap((slot) => parameters.map(({ name }) => `${name}/${slot}`))
    assert.deepStrictEqual(names(optimizer), kept("momentum"))
    assert.deepStrictEqual(names(Optimizer.adam()), kept("first", "second"))
    assert.deepStrictEqual(names(Optimizer.adamw()), kept("first", "second"))
  })

  it("depends on the seed and the address alone, not on the rest of the graph", () => {
    const drawn = (seed: number) => initialState(graph, { seed, ema: false, optimizer })
    const [one, same, other] = [drawn(1), drawn(1), drawn(2)]
    const more = initialState(graphOf(["a", "b", "c", "d"]), { seed: 1, ema: false, optimizer })
    const name = "neck.21.cv2.conv.weight"
    assert.deepStrictEqual(dataOf(same, "parameters", name), dataOf(one, "parameters", name))
    assert.deepStrictEqual(dataOf(more, "parameters", name), dataOf(one, "parameters", name))
    assert.notDeepEqual(dataOf(other, "parameters", name), dataOf(one, "parameters", name))
    const sibling = "neck.21.cv1.conv.weight"
    assert.notStrictEqual(dataOf(one, "parameters", sibling)[0], dataOf(one, "parameters", name)[0])
  })

  it("starts the average as a copy of parameters and buffers", () => {
    const state = initialState(graph, { seed: 1, ema: true, optimizer })
    assert.deepStrictEqual(state.ema, [...state.parameters, ...state.buffers])
    assert.isTrue(state.ema.every(({ data }, index) => data !== [...state.parameters, ...state.buffers][index]?.data))
  })
})
