import { assert, describe, it } from "@effect/vitest"
import * as Anchors from "../../../runtime/detect/Anchors.ts"

describe("Anchors", () => {
  it("lays out cells by level, then row by row, each in the middle of its cell", () => {
    const { centres, count, strides } = Anchors.make(32, [8, 16, 32])
    assert.strictEqual(count, 16 + 4 + 1)
    assert.deepStrictEqual([...strides], [...Array(16).fill(8), ...Array(4).fill(16), 32])
    assert.deepStrictEqual(Array.from(centres.subarray(0, 10)), [0.5, 0.5, 1.5, 0.5, 2.5, 0.5, 3.5, 0.5, 0.5, 1.5])
    assert.deepStrictEqual(Array.from(centres.subarray(32)), [0.5, 0.5, 1.5, 0.5, 0.5, 1.5, 1.5, 1.5, 0.5, 0.5])
  })

  it("has 8,400 anchors at 640 px", () => {
    assert.strictEqual(Anchors.make(640, [8, 16, 32]).count, 8400)
  })
})
