import { assert, describe, it } from "@effect/vitest"
import {
  Accumulate,
  Augment,
  Checkpoint,
  Clip,
  Dataset,
  EarlyStop,
  Ema,
  Evaluate,
  Feed,
  Host,
  Loss,
  Model,
  Monitor,
  Optimizer,
  Recipe,
  Warmup
} from "../../../dsl/index.ts"
import * as RecipeText from "../../../runtime/report/RecipeText.ts"
import * as Samples from "./samples.ts"

const recipe = Samples.clipAndWarmup

describe("RecipeText", () => {
  it("says what a recipe does in the author's units", () => {
    assert.strictEqual(RecipeText.length({ steps: 150 }), "150 steps")
    assert.strictEqual(RecipeText.length({ epochs: 1 }), "1 epoch")
    assert.strictEqual(RecipeText.schedule(recipe), "cosine from 0.1 to 0.001")
    assert.strictEqual(RecipeText.warmup(recipe), "warmup over 50 steps")
    assert.strictEqual(RecipeText.cadences(recipe), "mAP every 50 steps and at the end; checkpoint at the end")
    assert.strictEqual(RecipeText.model(recipe), "YOLOv8, depth 0.33, width 0.125, 64 px")
  })

  it("says what a stage does", () => {
    const stage = (name: Parameters<typeof RecipeText.stage>[0], fields: Parameters<typeof Recipe.with>[1] = {}) =>
      RecipeText.stage(name, Recipe.with(recipe, fields))
    assert.strictEqual(stage("backward"), "gradient of the mean loss of 8 images")
    assert.strictEqual(
      stage("backward", { accumulate: Accumulate.batches(4), batch: 1 }),
      "gradient of the mean loss of 4 batches of 1 image"
    )
    assert.strictEqual(stage("clip"), "global norm at most 1")
    assert.strictEqual(
      stage("clip", { clip: Clip.auto() }),
      "global norm at most percentile 10 of the last 1000 norms"
    )
    assert.strictEqual(
      stage("optimizer"),
      "SGD, Nesterov momentum 0.937, weight decay 5e-4 on weights alone"
    )
    assert.strictEqual(
      stage("optimizer", { optimizer: Optimizer.adamw() }),
      "AdamW, betas 0.9 and 0.999, weight decay 0.01 on weights alone"
    )
    assert.strictEqual(stage("ema", { ema: Ema.exponential() }), "decay 0.9999, reached over about 2000 updates")
  })

  it("says loss and augmentation, and where a start comes from", () => {
    assert.strictEqual(RecipeText.loss(recipe), "v8: box 7.5, class 0.5, distribution 1.5")
    assert.strictEqual(
      RecipeText.loss(Recipe.with(recipe, { loss: Loss.binaryCrossEntropy({ smoothing: 0.1 }) })),
      "binary cross entropy, targets smoothed by 0.1"
    )
    const augment = (augment: Augment.Augment) => RecipeText.augment(Recipe.with(recipe, { augment }))
    assert.strictEqual(augment(Augment.off), "off")
    assert.strictEqual(
      augment(Augment.standard({ hue: 0, saturation: 0, value: 0, closing: { steps: 5 } })),
      "flip 0.5, translate 0.1, scale 0.5, mosaic 1 but for the last 5 steps"
    )
    assert.strictEqual(augment(Augment.standard({ mosaic: 0, scale: 0, translate: 0, value: 0, hue: 0 })),
      "saturation 0.7, flip 0.5")
    const started = Recipe.with(recipe, { model: Model.from({ run: "r-1" }, recipe.model) })
    assert.deepStrictEqual([RecipeText.start(recipe), RecipeText.start(started)], [null, "run r-1"])
    assert.strictEqual(RecipeText.model(started), "YOLOv8, depth 0.33, width 0.125, 64 px, from run r-1")
    assert.strictEqual(RecipeText.warmupStart(recipe), "from 0, biases from 0.1, momentum from 0.8")
    assert.isNull(RecipeText.warmupStart(Recipe.with(recipe, { warmup: Warmup.none })))
    const slow = Recipe.with(recipe, { optimizer: Optimizer.sgd({ momentum: 0.5 }) })
    assert.strictEqual(RecipeText.warmupStart(slow), "from 0, biases from 0.1, momentum from 0.5")
    const adam = Recipe.with(recipe, { optimizer: Optimizer.adam() })
    assert.strictEqual(RecipeText.warmupStart(adam), "from 0, biases from 0.1")
  })

  it("says what is measured, when it may stop, and what the machine must have", () => {
    const told = Recipe.with(recipe, {
      model: Model.classifier({ channels: [8], input: 64 }),
      evaluate: Evaluate.every({ epochs: 1 }),
      checkpoint: Checkpoint.every({ steps: 10, keep: 3 }),
      earlyStop: EarlyStop.patience({ evaluations: 5, delta: 0.01 }),
      monitor: Monitor.every({ steps: 1, histograms: true }),
      host: Host.make({ device: "gpu", memory: "8 GiB", time: "12 hours", silence: "1 minute" })
    })
    assert.strictEqual(
      RecipeText.cadences(told),
      "accuracy every epoch and at the end; checkpoint every 10 steps and at the end, of which 3 stay"
    )
    assert.strictEqual(
      RecipeText.earlyStop(told),
      "after 5 evaluations in a row without a better accuracy, by more than 0.01"
    )
    assert.strictEqual(
      RecipeText.monitor(told),
      "the gradient of each part of the loss, with histograms, every step"
    )
    assert.strictEqual(
      RecipeText.host(told),
      "GPU, 8 GiB of memory, at most 12 hours an attempt, taken to hang after 1 minute without a sign of life"
    )
    for (const said of [RecipeText.earlyStop, RecipeText.monitor, RecipeText.host]) assert.isNull(said(recipe))
  })

  it("says what of the images is not shown, or otherwise; nothing where all are", () => {
    const feed = (options: Parameters<typeof Feed.make>[0]) =>
      RecipeText.feed(Recipe.with(recipe, { feed: Feed.make(options) }))
    assert.isNull(feed({}))
    assert.strictEqual(feed({ quarantine: ["#7", "#7"] }), "1 image in quarantine (#7)")
    assert.strictEqual(
      feed({ quarantine: ["a.jpg", "b.jpg", "c.jpg", "d.jpg"] }),
      "4 images in quarantine (a.jpg, b.jpg, c.jpg, ...)"
    )
    assert.strictEqual(feed({ skip: [{ from: 100, steps: 1 }] }), "without the batches of step 100")
    assert.strictEqual(
      feed({ skip: [{ from: 200, steps: 1 }, { from: 100, steps: 20 }, { from: 110, steps: 20 }] }),
      "without the batches of steps 100 to 129, 200"
    )
    assert.strictEqual(
      feed({ quarantine: ["a.jpg"], skip: [{ from: 0, steps: 2 }], order: 3 }),
      "1 image in quarantine (a.jpg), without the batches of steps 0 to 1, shuffled by order 3"
    )
  })

  it("says what is known of data, at hand or not", () => {
    const [arm] = Samples.plan.arms
    assert.strictEqual(
      RecipeText.data(recipe, arm?.facts ?? null),
      "generated shapes, seed 7: 256 images to train on, 64 to validate, 3 classes (circle, square, triangle)"
    )
    const elsewhere = Recipe.with(recipe, { data: Dataset.yolo({ name: "blood" }) })
    assert.strictEqual(RecipeText.data(elsewhere, null), "\"blood\", which is not at hand here")
  })
})
