import { assert, describe, it } from "@effect/vitest"
import * as Baseline from "../../../runtime/nightly/Baseline.ts"
import { baseline, document, samples } from "./made.ts"

describe("Baseline", () => {
  it("takes the place of what has trained something else there, and leaves other places alone", () => {
    const before = document(baseline(samples([2])), baseline(samples([3]), { hardware: "NVIDIA H200" }))
    const accepted = baseline(samples([4]), { training: "f".repeat(64) })
    const after = Baseline.replaced(before, [accepted])
    assert.deepStrictEqual(after.baselines.map(({ hardware, samples }) => [hardware, samples[0]?.metrics]), [
      ["NVIDIA H200", { loss: 3 }],
      ["cpu x64 1 thread", { loss: 4 }]
    ])
    assert.isFalse(Baseline.sameTraining(accepted, baseline(samples([4]))))
    assert.isTrue(Baseline.samePlace(accepted, baseline(samples([4]))))
  })
})
