import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Accumulate from "../../dsl/Accumulate.ts"
import * as Checkpoint from "../../dsl/Checkpoint.ts"
import * as Clip from "../../dsl/Clip.ts"
import * as Dataset from "../../dsl/Dataset.ts"
import * as Dropout from "../../dsl/Dropout.ts"
import * as EarlyStop from "../../dsl/EarlyStop.ts"
import * as Ema from "../../dsl/Ema.ts"
import * as Host from "../../dsl/Host.ts"
import * as LearningRate from "../../dsl/LearningRate.ts"
import * as Loss from "../../dsl/Loss.ts"
import * as Model from "../../dsl/Model.ts"
import * as Monitor from "../../dsl/Monitor.ts"
import * as Optimizer from "../../dsl/Optimizer.ts"
import * as Recipe from "../../dsl/Recipe.ts"
import { recipe } from "./recipes.ts"

describe("Constructors", () => {
  it("let a misspelt option come as far as validation, which says what was meant", () => {
    const recipe = Recipe.make({
      data: Dataset.shapes({ train: 8, val: 4, seed: 0 }),
      model: Model.yolo({ size: "n", input: 64, maxChanels: 8 } as never),
      optimizer: Optimizer.sgd({ momentum: 0.9, nestrov: true, weightDecai: 0.1 } as never),
      ema: Ema.exponential({ decai: 0.9 } as never),
      clip: Clip.zscore({ treshold: 2 } as never),
      earlyStop: EarlyStop.patience({ evaluations: 2, metrik: "map" } as never),
      host: Host.make({ memry: "1 GiB" } as never),
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
      ["ema.decai", "decay"],
      ["clip.treshold", "threshold"],
      ["earlyStop.metrik", "metric"],
      ["host.memry", "memory"]
    ]) {
      assert.match(said, new RegExp(`^${path}: .*did you mean "${meant}"\\?`, "m"))
    }
  })

  it("let a misspelt option of any kind come as far", () => {
    const wrong: ReadonlyArray<readonly [Partial<Recipe.Recipe>, string]> = [
      [{ optimizer: Optimizer.adam({ betta1: 0.9 } as never) }, "optimizer.betta1"],
      [{ optimizer: Optimizer.adamw({ weightdecay: 0.1 } as never) }, "optimizer.weightdecay"],
      [{ clip: Clip.adaptive({ rato: 1 } as never) }, "clip.rato"],
      [{ clip: Clip.auto({ histry: 1 } as never) }, "clip.histry"],
      [{ loss: Loss.binaryCrossEntropy({ smooting: 0 } as never) }, "loss.smooting"],
      [{ model: Model.classifier({ channels: [1], input: 32, chanels: [1] } as never) }, "model.chanels"],
      [{ model: Model.from({ run: "r", sha: "0" } as never, recipe.model) }, "model.weights.sha"],
      [{ model: Model.from({ file: "a", sha265: "0" } as never, recipe.model) }, "model.weights.sha265"],
      [{ checkpoint: Checkpoint.every({ steps: 1, kep: 2 } as never) }, "checkpoint.kep"],
      [{ monitor: Monitor.every({ steps: 1, histogram: true } as never) }, "monitor.histogram"],
      [{ accumulate: { ...Accumulate.batches(2), batch: 2 } as never }, "accumulate.batch"],
      [{ dropout: { ...Dropout.share(0.5), shar: 2 } as never }, "dropout.shar"]
    ]
    for (const [fields, path] of wrong) {
      const decoded = Recipe.decode({ ...recipe, ...fields })
      const issues = Result.isFailure(decoded) ? decoded.failure : []
      assert.deepStrictEqual(issues.map(({ path }) => path), [path])
      assert.match(issues[0]?.message ?? "", /^unknown field /)
    }
  })
})
