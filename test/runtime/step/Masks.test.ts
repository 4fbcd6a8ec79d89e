import { assert, describe, it } from "@effect/vitest"
import * as Model from "../../../dsl/Model.ts"
import * as Classifier from "../../../runtime/nets/classifier/Classifier.ts"
import * as Masks from "../../../runtime/step/Masks.ts"
import { graphOf } from "./classifier.ts"

const wide = Classifier.build(Model.classifier({ channels: [8, 1000], input: 16 }), ["a"], 0.25)

const valuesOf = (size: number, seed: number, batch: number): Float32Array =>
  Masks.draw(wide, size, seed, batch)[0]?.values ?? new Float32Array()

describe("Masks.draw", () => {
  it("leaves out the share that the graph says, and scales the rest up for it", () => {
    const [mask, ...others] = Masks.draw(wide, 20, 1, 0)
    assert.deepStrictEqual([others.length, mask?.node, mask?.shape], [0, "head.dropout", [20, 1, 1, 1000]])
    const values = mask?.values ?? new Float32Array()
    assert.deepStrictEqual(new Set(values), new Set([0, Math.fround(4 / 3)]))
    const left = values.filter((value) => value === 0).length / values.length
    assert.approximately(left, 0.25, 0.01)
    assert.approximately(values.reduce((sum, value) => sum + value, 0) / values.length, 1, 0.02)
  })

  it("is decided by the seed and the number of the batch, and by nothing else", () => {
    assert.deepStrictEqual(valuesOf(4, 1, 7), valuesOf(4, 1, 7))
    for (const [seed, batch] of [[2, 7], [1, 8], [7, 1]] as const) {
      const same = valuesOf(4, seed, batch).filter((value, index) => value === valuesOf(4, 1, 7)[index]).length / 4000
      // Of two independent draws 0.75² + 0.25² agree.
      assert.approximately(same, 0.625, 0.05)
    }
    assert.deepStrictEqual(valuesOf(4, 1, 7), valuesOf(8, 1, 7).slice(0, 4000))
  })

  it("draws nothing for a network without dropout", () => {
    assert.deepStrictEqual(Masks.draw(graphOf(0), 4, 1, 0), [])
  })
})
