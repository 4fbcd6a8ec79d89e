import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import type { NamedTensor, State } from "../../../runtime/step/Step.ts"
import * as Finite from "../../../runtime/train/Finite.ts"

const tensor = (name: string, ...values: ReadonlyArray<number>): NamedTensor => ({
  name,
  shape: [values.length],
  data: Float32Array.from(values)
})

const state: State = {
  updates: 1,
  parameters: [tensor("a.weight", 3e38, -3e38, 1e-45), tensor("a.bias", 0, -0)],
  optimizer: [tensor("a.weight/momentum", 1, 2, 3), tensor("a.bias/second", 1, 2)],
  buffers: [tensor("a.norm.mean", 1), tensor("a.norm.variance", 2)],
  ema: [tensor("a.weight", 1, 2, 3)]
}

const withValue = (part: "parameters" | "optimizer" | "buffers" | "ema", name: string, value: number): State => ({
  ...state,
  [part]: state[part].map((tensor) =>
    tensor.name === name ? { ...tensor, data: tensor.data.with(tensor.data.length - 1, value) } : tensor
  )
})

describe("Finite", () => {
  it("names what is not finite, and what it is", () => {
    assert.isNull(Finite.poisoned(state))
    const cases = [
      [withValue("parameters", "a.bias", NaN), { what: "parameter", address: "a.bias" }],
      [withValue("buffers", "a.norm.mean", -Infinity), { what: "running mean", address: "a.norm.mean" }],
      [withValue("buffers", "a.norm.variance", Infinity), { what: "running variance", address: "a.norm.variance" }],
      [withValue("optimizer", "a.weight/momentum", NaN), { what: "momentum", address: "a.weight/momentum" }],
      [withValue("optimizer", "a.bias/second", NaN), { what: "second moment", address: "a.bias/second" }],
      [withValue("ema", "a.weight", NaN), { what: "average", address: "a.weight" }]
    ] as const
    for (const [poisoned, found] of cases) assert.deepStrictEqual(Finite.poisoned(poisoned), found)
  })

  it("agrees with JavaScript on every number", () => {
    FastCheck.assert(FastCheck.property(FastCheck.array(FastCheck.float()), (values) => {
      const found = Finite.poisoned({ ...state, parameters: [tensor("a", ...values)] })
      assert.strictEqual(found === null, values.every(Number.isFinite))
    }))
  })

  it("looks at a view's own values alone", () => {
    const view = new Float32Array(Float32Array.of(NaN, 1, NaN).buffer, 4, 1)
    assert.isNull(Finite.poisoned({ ...state, parameters: [{ name: "a", shape: [1], data: view }] }))
  })
})
