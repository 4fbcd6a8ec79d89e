import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Dataset from "../../dsl/Dataset.ts"
import * as Ema from "../../dsl/Ema.ts"
import * as LearningRate from "../../dsl/LearningRate.ts"
import * as Model from "../../dsl/Model.ts"
import * as Optimizer from "../../dsl/Optimizer.ts"
import * as Recipe from "../../dsl/Recipe.ts"

describe("Constructors", () => {
  it("let a misspelt option come as far as validation, which says what was meant", () => {
    const recipe = Recipe.make({
      data: Dataset.shapes({ train: 8, val: 4, seed: 0 }),
      model: Model.yolo({ size: "n", input: 64, maxChanels: 8 } as never),
      optimizer: Optimizer.sgd({ momentum: 0.9, nestrov: true, weightDecai: 0.1 } as never),
      ema: Ema.exponential({ decai: 0.9 } as never),
      schedule: LearningRate.constant(0.1),
      batch: 4,
      length: { steps: 1 }
    })
    const decoded = Recipe.decode(recipe)
    assert.isTrue(Result.isFailure(decoded))
    const said = Result.isFailure(decoded) ? decoded.failure.map(({ message, path }) => `${path}: ${message}`).join("\n") : ""
    for (const [path, meant] of [
      ["model.maxChanels", "maxChannels"],
      ["optimizer.nestrov", "nesterov"],
      ["optimizer.weightDecai", "weightDecay"],
      ["ema.decai", "decay"]
    ]) {
      assert.match(said, new RegExp(`^${path}: .*did you mean "${meant}"\\?`, "m"))
    }
  })
})
