import { assert, describe, it } from "@effect/vitest"
import * as Prefix from "../../../runtime/nightly/Prefix.ts"
import { sample } from "./made.ts"

const of = (seed: number, ...losses: ReadonlyArray<number>) => sample(seed, 1, { losses })

describe("Prefix", () => {
  it("finds the first loss that differs, in its last bit too, and tells NaN from a number alone", () => {
    assert.deepStrictEqual(Prefix.compare([of(0, 1, 2), of(1, 3, NaN)], [of(1, 3, NaN), of(0, 1, 2 + 2 ** -51)]), {
      seeds: 2,
      losses: 2,
      difference: { seed: 0, step: 1, baseline: 2, observed: 2 + 2 ** -51 }
    })
    assert.isNull(Prefix.compare([of(1, 3, NaN)], [of(1, 3, NaN)])?.difference)
  })

  it("compares what both have", () => {
    assert.deepStrictEqual(Prefix.compare([of(0, 1, 2), of(1)], [of(0, 1), of(1, 5), of(2, 1)]), { seeds: 1, losses: 1, difference: null })
    assert.isNull(Prefix.compare([of(0)], [of(0, 1)]))
    assert.isNull(Prefix.compare([of(0, 1)], [of(1, 1)]))
  })
})
