import { assert, describe, it } from "@effect/vitest"
import * as Seeds from "../../dsl/Seeds.ts"

describe("Seeds.count", () => {
  it("numbers so many seeds, from 0 on", () => {
    assert.deepStrictEqual([1, 3].map(Seeds.count), [[0], [0, 1, 2]])
    assert.strictEqual(new Set(Seeds.count(10_000)).size, 10_000)
  })

  it("makes none for what is no count, or one that nobody means", () => {
    const numbers = [0, -0, -1, 1.5, NaN, Infinity, 10_001, 2 ** 53, 1e300]
    for (const count of [...numbers, "3", null, undefined, 3n]) {
      assert.deepStrictEqual(Seeds.count(count as number), [], String(count))
    }
  })
})
