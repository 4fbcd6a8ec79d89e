import { assert, describe, it } from "@effect/vitest"
import * as Clip from "../../../dsl/Clip.ts"
import * as Ema from "../../../dsl/Ema.ts"
import * as UpdateStages from "../../../runtime/plan/UpdateStages.ts"

describe("UpdateStages.of", () => {
  it("has one order: whatever changes state comes after the guard, and clipping after the norm", () => {
    const [clip, ema] = [Clip.globalNorm(1), Ema.exponential()]
    const cases = [
      [{ clip: Clip.off, ema: Ema.off }, "backward finite norm guard optimizer"],
      [{ clip, ema: Ema.off }, "backward finite norm clip guard optimizer"],
      [{ clip: Clip.off, ema }, "backward finite norm guard optimizer ema"],
      [{ clip, ema }, "backward finite norm clip guard optimizer ema"]
    ] as const
    for (const [recipe, stages] of cases) assert.strictEqual(UpdateStages.of(recipe).join(" "), stages)
  })
})
