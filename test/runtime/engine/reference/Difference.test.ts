import { assert, describe, it } from "@effect/vitest"
import * as Difference from "../../../../runtime/engine/reference/Difference.ts"

const vector = (values: ReadonlyArray<number>) => ({ shape: [values.length], values })

const compare = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>, tolerance: number): string | null =>
  Difference.ofTensors("output", vector(actual), vector(expected), tolerance)

describe("Difference", () => {
  it("names the value that is furthest off, where it is, by how much, and how many differ", () => {
    const expected = { shape: [2, 3, 2], values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20] }
    const actual = { shape: [2, 3, 2], values: [0, 1, 2, 3, 4, 5, 6, 7.07, 8, 9, 10, 22] }
    assert.strictEqual(
      Difference.ofTensors("the gradient by weight", actual, expected, 1e-3),
      "the gradient by weight is 22 instead of 20 at [1, 2, 1] (off by 1.0e-1, allowed 0.001); 2 of 12 values differ"
    )
    assert.isNull(Difference.ofTensors("the gradient by weight", actual, expected, 0.1))
  })

  it("is relative above 1 and absolute below", () => {
    assert.isNull(compare([1005, 0.005], [1000, 0], 1e-2))
    assert.isString(compare([1020], [1000], 1e-2))
    assert.isString(compare([0.02], [0], 1e-2))
  })

  it("holds NaN and infinities to agree with themselves alone", () => {
    assert.isNull(compare([NaN, Infinity, -Infinity], [NaN, Infinity, -Infinity], 0))
    const pairs = [[0, NaN], [NaN, 0], [1e38, Infinity], [-Infinity, Infinity], [Infinity, 0]] as const
    for (const [actual, expected] of pairs) {
      assert.strictEqual(compare([actual], [expected], 1), `output is ${actual} instead of ${expected} at [0]`)
    }
  })

  it("expects what float32 holds", () => {
    assert.isNull(compare([Math.fround(0.1), Math.fround(1e30)], [0.1, 1e30], 0))
    assert.isString(compare([0.1], [0.1], 0))
  })

  it("tells shapes apart that hold the same values", () => {
    const values = [1, 2, 3, 4]
    assert.strictEqual(
      Difference.ofTensors("output", { shape: [4], values }, { shape: [2, 2], values }, 0),
      "output has shape [4] instead of [2, 2]"
    )
  })

  it("compares numbers relative to the expected one, NaN included", () => {
    assert.isNull(Difference.ofNumbers("the loss", 0.00101, 0.001, 0.02))
    assert.strictEqual(
      Difference.ofNumbers("the loss", 0.0011, 0.001, 0.02),
      "the loss is 0.0011 instead of 0.001 (off by 1.0e-1, allowed 0.02)"
    )
    assert.isString(Difference.ofNumbers("the loss", NaN, 1, 0.02))
  })
})
