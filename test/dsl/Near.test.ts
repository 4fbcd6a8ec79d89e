import { assert, describe, it } from "@effect/vitest"
import * as Near from "../../dsl/Near.ts"

const fields = ["momentum", "nesterov", "weightDecay", "steps", "lr"]

describe("Near.nearest", () => {
  it("finds a name with a letter too many, too few, wrong, swapped, or of the wrong case", () => {
    for (const typed of ["momenttum", "momentm", "momentun", "mometnum", "Momentum"]) {
      assert.strictEqual(Near.nearest(typed, fields), "momentum")
    }
    assert.strictEqual(Near.nearest("weight_decay", fields), "weightDecay")
    assert.strictEqual(Near.nearest("step", fields), "steps")
  })

  it("takes the nearest of several, of equal ones the first", () => {
    assert.strictEqual(Near.nearest("warmup", ["warmth", "warmups", "warmup2"]), "warmups")
  })

  it("guesses no name of which more than a third differs, however short it is", () => {
    for (const typed of ["", "x", "rl", "beta1", "mom"]) assert.isNull(Near.nearest(typed, fields), typed)
    assert.isNull(Near.nearest("a", ["b", "c"]))
    assert.isNull(Near.nearest("anything", []))
  })
})
