import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as path from "node:path"
import * as Augment from "../../../dsl/Augment.ts"
import * as Clip from "../../../dsl/Clip.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import type { EngineFault } from "../../../dsl/Fault.ts"
import type * as Injection from "../../../dsl/Injection.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Source from "../../../runtime/data/Source.ts"
import type { Engine } from "../../../runtime/engine/Engine.ts"
import * as Location from "../../../runtime/engine/tensorflow/Location.ts"
import * as Tensorflow from "../../../runtime/engine/tensorflow/Tensorflow.ts"
import * as Wasm from "../../../runtime/engine/wasm/Wasm.ts"
import * as Diagnose from "../../../runtime/fault/Diagnose.ts"
import * as Attempt from "../../../runtime/train/Attempt.ts"
import { tensorflow } from "../engine/tensorflow/engine.ts"
import { inTemporaryFolder } from "../run/temporary.ts"

const detector = Recipe.make({
  data: Dataset.shapes({ train: 40, val: 4, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.001),
  clip: Clip.globalNorm(10),
  augment: Augment.off,
  batch: 4,
  length: { steps: 30 }
})
const classifier = Recipe.with(detector, { model: Model.classifier({ channels: [4, 8], input: 32 }), loss: Loss.binaryCrossEntropy() })

const diagnosed = Effect.fnUntraced(function*(
  folder: string,
  engine: Layer.Layer<Engine, EngineFault>,
  recipe: Recipe.Recipe,
  injection: Injection.Injection | null
) {
  const source = yield* Source.open(recipe.data, { locations: { of: () => null, known: [] }, cache: folder })
  const directory = path.join(folder, "attempt")
  const cured: Record<string, boolean | null> = {}
  return yield* Effect.gen(function*() {
    const outcome = yield* Attempt.run({
      run: "r", attempt: 1, arm: "a", seed: 0, recipe, source, start: null, steps: null, directory, from: null, injection, token: "t"
    }, { emit: () => undefined, stopping: () => false })
    assert.strictEqual(outcome.status, "failed")
    const findings = yield* Diagnose.run({ bundle: path.join(directory, outcome.incident ?? ""), source }, (trial) => {
      cured[trial.change] = trial.cured
    })
    return { outcome, ...findings, cured }
  }).pipe(Effect.provide(engine))
})

/** Of a recipe, one of its nodes, and a rate that is ten times what it takes for the loss to overflow within some steps. */
const suite = (engine: () => Layer.Layer<Engine, EngineFault>, calm: Recipe.Recipe, node: string, rate: number): void => {
  const wild = Recipe.with(calm, { clip: Clip.off, schedule: LearningRate.constant(rate) })

  it.effect("finds that what was injected once does not come again", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { cured, replayed } = yield* diagnosed(folder, engine(), calm, { _tag: "Nan", step: 12, always: false, node: null })
      assert.isFalse(replayed?.reproduced)
      assert.isNull(replayed?.probe?.first)
      assert.deepStrictEqual(cured, { "same again": true })
    })))

  it.effect("finds the node that is not finite whatever is changed", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { cured, replayed } = yield* diagnosed(folder, engine(), calm, { _tag: "Nan", step: 12, always: true, node })
      assert.isTrue(replayed?.reproduced)
      assert.deepInclude(replayed?.probe?.first, { node, direction: "forward" })
      assert.deepStrictEqual(cured, {
        "same again": false,
        "without the batch": false,
        "half the learning rate": false,
        "without augmentation": null,
        "a tighter clip": false
      })
    })))

  it.effect("finds the image", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { cured, replayed } = yield* diagnosed(folder, engine(), detector, { _tag: "BadImage", index: 5 })
      assert.isTrue(replayed?.reproduced)
      assert.strictEqual(replayed?.probe?.first?.direction, "forward")
      const rows = replayed?.probe?.first?.rows
      assert.strictEqual(rows?.length, 1)
      assert.include(cured, { "same again": false, "without the batch": true, "a tighter clip": false })
    })))

  it.effect("finds what would have held an explosion", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { cured, outcome } = yield* diagnosed(folder, engine(), wild, null)
      assert.include(["NonFinite", "Diverged"], outcome.fault?.tag)
      assert.isFalse(cured["same again"])
    })))
}

// A detector takes TensorFlow ten times as long to compile, which each trial does.
tensorflow("Diagnose on tensorflow", () =>
  suite(() => Tensorflow.layer(Location.find()?.directory ?? ""), classifier, "backbone.1.conv", 1e30))
describe("Diagnose on wasm", () => suite(() => Wasm.layer, detector, "backbone.2.cv1.conv", 1e6))
