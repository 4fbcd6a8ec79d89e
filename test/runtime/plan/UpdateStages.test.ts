import { assert, describe, it } from "@effect/vitest"
import * as Clip from "../../../dsl/Clip.ts"
import * as Ema from "../../../dsl/Ema.ts"
import * as UpdateStages from "../../../runtime/plan/UpdateStages.ts"

describe("UpdateStages.of", () => {
  it("has one order: whatever changes state comes after the guard, and clipping after the norm", () => {
    const clip = Clip.globalNorm(1)
    const ema = Ema.exponential()
    assert.deepStrictEqual(UpdateStages.of({ clip: Clip.off, ema: Ema.off }), ["backward", "finite", "norm", "guard", "optimizer"])
    assert.deepStrictEqual(UpdateStages.of({ clip, ema: Ema.off }), ["backward", "finite", "norm", "clip", "guard", "optimizer"])
    assert.deepStrictEqual(UpdateStages.of({ clip: Clip.off, ema }), ["backward", "finite", "norm", "guard", "optimizer", "ema"])
    assert.deepStrictEqual(UpdateStages.of({ clip, ema }), ["backward", "finite", "norm", "clip", "guard", "optimizer", "ema"])
  })
})
