/**
 * Trainings that stop and go on, beside the same ones as a whole.
 */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Accumulate from "../../../dsl/Accumulate.ts"
import * as Augment from "../../../dsl/Augment.ts"
import * as Checkpoints from "../../../dsl/Checkpoint.ts"
import * as Clip from "../../../dsl/Clip.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Dropout from "../../../dsl/Dropout.ts"
import * as EarlyStop from "../../../dsl/EarlyStop.ts"
import * as Ema from "../../../dsl/Ema.ts"
import * as Evaluate from "../../../dsl/Evaluate.ts"
import type { EngineFault } from "../../../dsl/Fault.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Warmup from "../../../dsl/Warmup.ts"
import type { Engine } from "../../../runtime/engine/Engine.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { attemptAt, type Options } from "./attempts.ts"

/** Every policy remembers, batches are shuffled and mixed, and steps take several of them. */
const detector = Recipe.make({
  data: Dataset.shapes({ train: 26, val: 4, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.0625, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.002, final: 0.001 }),
  warmup: Warmup.linear({ steps: 4 }),
  clip: Clip.zscore({ warmup: 4, threshold: 0.5, maxNorm: 8 }),
  ema: Ema.exponential({ tau: 4 }),
  augment: Augment.standard({ mosaic: 1, closing: { steps: 3 } }),
  batch: 4,
  accumulate: Accumulate.batches(2),
  evaluate: Evaluate.every({ steps: 3 }),
  checkpoint: Checkpoints.every({ steps: 2 }),
  length: { steps: 11 }
})

export const classifier = Recipe.make({
  data: Dataset.shapes({ train: 50, val: 10, seed: 3 }),
  model: Model.classifier({ channels: [8, 16, 16], input: 32 }),
  loss: Loss.binaryCrossEntropy(),
  optimizer: Optimizer.adamw(),
  schedule: LearningRate.cosine({ peak: 0.02, final: 0.001 }),
  clip: Clip.auto({ percentile: 40, history: 5 }),
  ema: Ema.exponential({ tau: 4 }),
  dropout: Dropout.share(0.2),
  augment: Augment.standard({ mosaic: 0.5 }),
  batch: 4,
  accumulate: Accumulate.batches(3),
  evaluate: Evaluate.every({ steps: 3 }),
  earlyStop: EarlyStop.patience({ evaluations: 3, delta: 0.2 }),
  checkpoint: Checkpoints.every({ steps: 1 }),
  length: { steps: 40 }
})

interface Network {
  readonly what: string
  readonly recipe: Recipe.Recipe
}

export const aDetector: Network = { what: "a detector as if it had never stopped", recipe: detector }
export const aClassifier: Network = { what: "a classifier that stops early", recipe: classifier }

/** Reads every file under a folder. */
const contents = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return [path.relative(folder, file), fs.readFileSync(file).toString("base64")]
    })
  )

/** What of an outcome does not depend on the clock. */
export const figuresOf = ({ outcome }: Effect.Success<ReturnType<typeof attemptAt>>) => {
  const { best, clipRate, gradNorm, metrics: { imagesPerSecond: _, seconds: __, ...metrics }, spikes, steps, stopped } = outcome
  return { status: outcome.status, best, clipRate, gradNorm, metrics, spikes, steps, stopped }
}

/** Declares that after so many steps a training stops, goes on in an attempt of its own, stops again, and so on, and comes to the same bits. */
export const goesOnExactly = (
  engine: () => Layer.Layer<Engine, EngineFault>,
  stops: ReadonlyArray<number>,
  networks: ReadonlyArray<Network> = [aDetector, aClassifier]
): void => {
  const attempt = (folder: string, recipe: Recipe.Recipe, options: Options = {}) =>
    attemptAt(folder, recipe, engine(), options)

  const compare = Effect.fnUntraced(function*(recipe: Recipe.Recipe) {
    yield* inTemporaryFolder(Effect.fn(function*(folder) {
      const whole = yield* attempt(path.join(folder, "whole"), recipe)
      assert.isTrue(whole.outcome.clipRate > 0 && whole.outcome.clipRate < 1, JSON.stringify(whole.outcome))
      assert.strictEqual(whole.outcome.stopped === null, recipe.earlyStop._tag === "Off")
      const wholeFiles = contents(path.join(whole.directory, "checkpoints"))
      for (const stopAfter of stops) {
        const broken = path.join(folder, `broken-${stopAfter}`)
        let number = 1
        let part = yield* attempt(broken, recipe, { stopAfter })
        const files = new Map(contents(path.join(part.directory, "checkpoints")))
        while (part.outcome.status === "interrupted") {
          const from = path.join(part.directory, part.events.findLast((event) => event.kind === "checkpoint")?.directory ?? "")
          number += 1
          part = yield* attempt(broken, recipe, { number, from, stopAfter })
          assert.deepStrictEqual(part.outcome.exact, { exact: true, reason: null })
          for (const [name, content] of contents(path.join(part.directory, "checkpoints"))) files.set(name, content)
        }
        assert.isAbove(number, 1)
        assert.deepStrictEqual(figuresOf(part), figuresOf(whole))
        for (const [name, content] of wholeFiles) assert.isTrue(files.get(name) === content, `${name} of ${stopAfter}`)
      }
    }))
  })

  for (const { recipe, what } of networks) it.live(`computes the same bits of ${what}`, () => compare(recipe), 240_000)
}
