import { assert, describe, it } from "@effect/vitest"
import { LossHistory } from "../../../runtime/report/LossHistory.ts"

const of = (losses: ReadonlyArray<number>): LossHistory => {
  const history = new LossHistory()
  for (const loss of losses) history.add(loss)
  return history
}

describe("LossHistory", () => {
  it("keeps every loss of a short run", () => {
    assert.deepStrictEqual(of([3, 2, 1]).values, [3, 2, 1])
  })

  it("keeps the course of a long run in a bounded number of means", () => {
    const { values } = of(Array.from({ length: 100_000 }, (_, step) => step))
    assert.isAtMost(values.length, 512)
    assert.isAtLeast(values.length, 256)
    assert.deepStrictEqual(values, values.toSorted((left, right) => left - right))
    assert.approximately(values[0] ?? NaN, 127.5, 1)
    assert.approximately(values.at(-1) ?? NaN, 99_950, 100)
  })

  it("shows the last losses before there are enough of them for a mean", () => {
    const losses = [...Array.from({ length: 512 }, () => 1), 7]
    assert.strictEqual(of(losses).values.at(-1), 7)
  })

  it("never loses a NaN", () => {
    const losses = Array.from({ length: 5000 }, (_, step) => step === 1234 ? NaN : 1)
    assert.lengthOf(of(losses).values.filter(Number.isNaN), 1)
  })
})
