import { assert, describe, it } from "@effect/vitest"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as LearningRateText from "../../../runtime/report/LearningRateText.ts"

describe("LearningRateText", () => {
  it("says how every kind of schedule goes", () => {
    const ends = { peak: 0.1, final: 0.001 }
    const said: ReadonlyArray<readonly [LearningRate.LearningRate, string]> = [
      [LearningRate.constant(0.01), "constant 0.01"],
      [LearningRate.linear(ends), "linear from 0.1 to 0.001"],
      [LearningRate.cosine(ends), "cosine from 0.1 to 0.001"],
      [LearningRate.polynomial({ ...ends, power: 0.9 }), "polynomial of power 0.9 from 0.1 to 0.001"],
      [LearningRate.exponential(ends), "exponential from 0.1 to 0.001"],
      [LearningRate.step({ peak: 0.1, factor: 0.5, every: { epochs: 30 } }), "0.1, times 0.5 every 30 epochs"],
      [
        LearningRate.piecewise({ start: 0.1, multiply: [{ at: { steps: 1 }, by: 2 }, { at: { steps: 6 }, by: 0.5 }] }),
        "0.1, times 2 after 1 step, times 0.5 after 6 steps"
      ],
      [
        LearningRate.oneCycle({ peak: 0.1 }),
        "one cycle, cosine, from 0.004 to 0.1 over 30% of the steps, then to 4e-7"
      ],
      [
        LearningRate.warmupStableDecay({ ...ends, warmup: { steps: 200 }, decay: { epochs: 5 }, shape: "sqrt" }),
        "up to 0.1 over 200 steps, square-root decay to 0.001 over the last 5 epochs"
      ],
      [
        LearningRate.inverseSquareRoot({ peak: 0.1, warmup: { epochs: 1 } }),
        "up to 0.1 over 1 epoch, then falling with the square root of the steps"
      ],
      [
        LearningRate.sequence([
          { schedule: LearningRate.linear({ peak: 4, final: 10 }), length: { steps: 3000 } },
          { schedule: LearningRate.cosine({ peak: 10, final: 2 }) }
        ]),
        "linear from 4 to 10, for 3000 steps; then cosine from 10 to 2"
      ]
    ]
    for (const [schedule, words] of said) assert.strictEqual(LearningRateText.of(schedule), words)
  })
})
