import { assert, describe, it } from "@effect/vitest"
import {
  Accumulate,
  Augment,
  Checkpoint,
  Clip,
  Dataset,
  Dropout,
  EarlyStop,
  Ema,
  Evaluate,
  Feed,
  Host,
  LearningRate,
  Loss,
  Model,
  Monitor,
  Optimizer,
  Recipe,
  Retry,
  Warmup
} from "../../../dsl/index.ts"
import type { DataFacts } from "../../../runtime/plan/Facts.ts"
import type { Identity } from "../../../runtime/plan/Identity.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import { recipe } from "../../dsl/recipes.ts"
import { facts } from "./facts.ts"

// 64 images in batches of 8: 8 steps an epoch.
const warm = Recipe.with(recipe, { warmup: Warmup.linear({ steps: 16 }), length: { steps: 80 } })
const classifier = { model: Model.classifier({ channels: [8, 16], input: 32 }), loss: Loss.binaryCrossEntropy() }
const before = Plan.resolveArm("arm", warm, facts).identity

/** Names the identities in which an arm differs from the one above. */
const changed = (recipe: Recipe.Recipe, of: DataFacts = facts, arm = "arm"): ReadonlyArray<string> => {
  const after = Plan.resolveArm(arm, recipe, of).identity
  assert.isNotNull(after.graph)
  return (Object.keys(before) as Array<keyof Identity>).filter((key) => after[key] !== before[key])
}

type Fields = Parameters<typeof Recipe.with>[1]

const changedBy = (fields: Fields): ReadonlyArray<string> => changed(Recipe.with(warm, fields))

const withData = (fields: Partial<DataFacts>): ReadonlyArray<string> => changed(warm, { ...facts, ...fields })

describe("An arm's identities", () => {
  it("are SHA-256 and the data's fingerprint", () => {
    for (const value of Object.values(before)) assert.match(String(value), /^[0-9a-f]{64}$/)
    assert.strictEqual(new Set(Object.values(before)).size, 4)
    assert.strictEqual(before.data, facts.fingerprint)
  })

  it("are the same for the same recipe, whatever the order of its keys and the arm's name", () => {
    const { batch, ...rest } = warm
    assert.deepStrictEqual(changed({ ...rest, batch }), [])
    assert.deepStrictEqual(changed(warm, facts, "another arm"), [])
  })

  it("of recipe and training change with all that decides the numbers", () => {
    const numbers: ReadonlyArray<Fields> = [
      { batch: 4 },
      { length: { steps: 81 } },
      { schedule: LearningRate.cosine({ peak: 0.02, final: 0.0001 }) },
      { schedule: LearningRate.linear({ peak: 0.01, final: 0.0001 }) },
      { warmup: Warmup.none },
      { warmup: Warmup.linear({ steps: 17 }) },
      { warmup: Warmup.linear({ steps: 16, from: 0.001 }) },
      { warmup: Warmup.linear({ steps: 16, biasFrom: 0 }) },
      { warmup: Warmup.linear({ steps: 16, momentumFrom: 0.7 }) },
      { optimizer: Optimizer.sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }) },
      { optimizer: Optimizer.sgd({ momentum: 0.937, weightDecay: 5e-4 }) },
      { optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true }) },
      { optimizer: Optimizer.adam() },
      { optimizer: Optimizer.adamw() },
      { accumulate: Accumulate.batches(2) },
      { earlyStop: EarlyStop.patience({ evaluations: 3 }), evaluate: Evaluate.every({ steps: 10 }) },
      { loss: Loss.yoloV8({ dfl: 1 }) },
      { feed: Feed.make({ order: 1 }) },
      { feed: Feed.make({ quarantine: ["#3"] }) },
      { feed: Feed.make({ skip: [{ from: 79, steps: 1 }] }) },
      { augment: Augment.off },
      { augment: Augment.standard({ hue: 0 }) },
      { augment: Augment.standard({ mosaic: 0.5, closing: { epochs: 1 } }) },
      { augment: Augment.standard({ closing: { epochs: 1 } }) },
      { augment: Augment.standard({ closing: { steps: 9 } }) }
    ]
    for (const fields of numbers) {
      assert.deepStrictEqual(changedBy(fields), ["recipe", "training"], JSON.stringify(fields))
    }
  })

  it("of graph change too with the architecture and the stages", () => {
    const architecture: ReadonlyArray<Fields> = [
      { model: Model.yolo({ size: "s", input: 64 }) },
      { model: Model.yolo({ size: "n", input: 96 }) },
      { clip: Clip.globalNorm(1) },
      { clip: Clip.auto() },
      { ema: Ema.exponential() },
      classifier,
      { ...classifier, dropout: Dropout.share(0.1) }
    ]
    for (const fields of architecture) {
      assert.deepStrictEqual(changedBy(fields), ["recipe", "graph", "training"], JSON.stringify(fields))
    }
  })

  it("tell settings of one policy apart by the training, not by the graph", () => {
    const policies: ReadonlyArray<(value: number) => Fields> = [
      (value) => ({ clip: Clip.globalNorm(value) }),
      (value) => ({ clip: Clip.perLayer(value) }),
      (value) => ({ clip: Clip.adaptive({ ratio: value }) }),
      (value) => ({ clip: Clip.adaptive({ floor: value }) }),
      (value) => ({ clip: Clip.auto({ percentile: value }) }),
      (value) => ({ clip: Clip.auto({ history: value }) }),
      (value) => ({ clip: Clip.zscore({ threshold: value }) }),
      (value) => ({ clip: Clip.zscore({ warmup: value }) }),
      (value) => ({ clip: Clip.zscore({ maxNorm: value === 1 ? null : value }) }),
      (value) => ({ optimizer: Optimizer.adam({ beta2: value / 4 }) }),
      (value) => ({ optimizer: Optimizer.adam({ epsilon: value }) }),
      (value) => ({ optimizer: Optimizer.adamw({ weightDecay: value }) }),
      (value) => ({ accumulate: Accumulate.batches(value) }),
      (value) => ({ ...classifier, loss: Loss.binaryCrossEntropy({ smoothing: value / 4 }) }),
      (value) => ({ earlyStop: EarlyStop.patience({ evaluations: value }), evaluate: Evaluate.every({ steps: 10 }) }),
      (value) => ({ earlyStop: EarlyStop.patience({ evaluations: 2 }), evaluate: Evaluate.every({ steps: value }) }),
      (value) => ({ feed: Feed.make({ order: value }) }),
      (value) => ({ feed: Feed.make({ quarantine: [`#${value}`] }) }),
      (value) => ({ feed: Feed.make({ skip: [{ from: value, steps: 1 }] }) }),
      (value) => ({ feed: Feed.make({ skip: [{ from: 0, steps: value }] }) }),
      (value) => ({ ema: Ema.exponential({ tau: value }) }),
      (value) => ({ ema: Ema.exponential({ decay: value / 4 }) })
    ]
    for (const policy of policies) {
      const [one, two] = [1, 2].map((value) => Plan.resolveArm("arm", Recipe.with(warm, policy(value)), facts).identity)
      assert.isNotNull(one?.graph)
      assert.strictEqual(one?.graph, two?.graph)
      assert.notStrictEqual(one?.training, two?.training)
    }
  })

  it("say the same of an early stop in epochs and in steps, by its default metric and by that metric's name", () => {
    const trainingOf = (fields: Fields) => Plan.resolveArm("arm", Recipe.with(warm, fields), facts).identity.training
    const inEpochs = trainingOf({
      earlyStop: EarlyStop.patience({ evaluations: 2 }),
      evaluate: Evaluate.every({ epochs: 1 })
    })
    assert.strictEqual(
      inEpochs,
      trainingOf({
        earlyStop: EarlyStop.patience({ evaluations: 2, metric: "map" }),
        evaluate: Evaluate.every({ steps: Math.floor(facts.images.train / warm.batch) })
      })
    )
  })

  it("of recipe alone change with what decides no number", () => {
    const others: ReadonlyArray<Fields> = [
      { evaluate: Evaluate.every({ epochs: 1 }) },
      { checkpoint: Checkpoint.every({ steps: 10 }) },
      { checkpoint: Checkpoint.every({ steps: 10, keep: 2 }) },
      { monitor: Monitor.every({ steps: 10, histograms: true }) },
      { host: Host.make({ memory: "8 GiB", device: "gpu", time: "1 hour", silence: "5 minutes" }) },
      { retry: Retry.diagnosed() },
      // The run ends before.
      { feed: Feed.make({ skip: [{ from: 80, steps: 5 }] }) },
      // Nothing is evaluated that could stop it.
      { earlyStop: EarlyStop.patience({ evaluations: 3 }) },
      // A YOLOv8 has no place for it.
      { dropout: Dropout.share(0.1) },
      { data: Dataset.shapes({ train: 64, val: 16, seed: 8 }) },
      // The same steps, counted in epochs.
      { length: { epochs: 10 } },
      { warmup: Warmup.linear({ epochs: 2 }) },
      { length: { epochs: 10 }, warmup: Warmup.linear({ epochs: 2 }) }
    ]
    for (const fields of others) assert.deepStrictEqual(changedBy(fields), ["recipe"], JSON.stringify(fields))
    assert.deepStrictEqual(changed(Recipe.accept("clip/off-on-cold-start", "because")(warm)), ["recipe"])
  })

  it("tell dropout of different shares apart by the graph, which has a node of them", () => {
    const [one, two, none] = [Dropout.share(0.1), Dropout.share(0.2), Dropout.off].map((dropout) =>
      Plan.resolveArm("arm", Recipe.with(warm, { ...classifier, dropout }), facts).identity)
    assert.strictEqual(new Set([one?.graph, two?.graph, none?.graph]).size, 3)
    assert.strictEqual(new Set([one?.training, two?.training, none?.training]).size, 3)
  })

  it("see through settings that come to the same", () => {
    const trainingOf = (fields: Fields) =>
      Plan.resolveArm("arm", Recipe.with(warm, fields), facts).identity.training
    const slow = { optimizer: Optimizer.sgd({ momentum: 0.5 }) }
    assert.strictEqual(
      trainingOf({ ...slow, warmup: Warmup.linear({ steps: 16, momentumFrom: 0.8 }) }),
      trainingOf({ ...slow, warmup: Warmup.linear({ steps: 16, momentumFrom: 0.6 }) })
    )
    assert.strictEqual(trainingOf({ warmup: Warmup.linear({ epochs: 0.01 }) }), trainingOf({ warmup: Warmup.none }))
    const [stairs, same, others] = [{ epochs: 2 }, { steps: 16 }, { steps: 17 }].map((every) =>
      trainingOf({ schedule: LearningRate.step({ peak: 0.01, factor: 0.5, every }) })
    )
    assert.strictEqual(stairs, same)
    assert.notStrictEqual(stairs, others)
    assert.strictEqual(
      trainingOf({ augment: Augment.standard({ mosaic: 0 }) }),
      trainingOf({ augment: Augment.standard({ mosaic: 0, closing: { steps: 16 } }) })
    )
    const quarantined = (...quarantine: ReadonlyArray<string>) => trainingOf({ feed: Feed.make({ quarantine }) })
    assert.strictEqual(quarantined("#1", "#2"), quarantined("#2", "#1", "#2"))
    assert.strictEqual(
      trainingOf({ feed: Feed.make({ skip: [{ from: 3, steps: 4 }] }) }),
      trainingOf({ feed: Feed.make({ skip: [{ from: 5, steps: 2 }, { from: 3, steps: 3 }, { from: 200, steps: 9 }] }) })
    )
    assert.strictEqual(trainingOf({ feed: Feed.make({}) }), trainingOf({}))
    assert.strictEqual(trainingOf({ loss: Loss.yoloV8({ box: 0 }) }), trainingOf({ loss: Loss.yoloV8({ box: -0 }) }))
  })

  it("follow the data: its fingerprint, and how many classes it has, but not their names", () => {
    assert.deepStrictEqual(withData({ fingerprint: "1".repeat(64) }), ["data"])
    assert.deepStrictEqual(withData({ fingerprint: null }), ["data"])
    assert.deepStrictEqual(withData({ classes: ["a", "b", "c"] }), [])
    assert.deepStrictEqual(withData({ name: "another", maxBoxes: 9 }), [])
    assert.deepStrictEqual(withData({ classes: ["a", "b"] }), ["graph", "training"])
  })

  it("are null as far as nothing could be resolved", () => {
    const wrong = Recipe.with(warm, { model: Model.yolo({ size: "n", input: 65 }) })
    const { data, graph, recipe, training } = Plan.resolveArm("arm", wrong, facts).identity
    assert.deepStrictEqual([graph, training, data], [null, null, facts.fingerprint])
    assert.match(recipe, /^[0-9a-f]{64}$/)
  })
})
