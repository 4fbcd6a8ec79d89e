import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
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
import * as Continuation from "../../../runtime/plan/Continuation.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import { recipe, recipes } from "../../dsl/recipes.ts"
import { facts } from "./facts.ts"

type Fields = Parameters<typeof Recipe.with>[1]

// 64 images in batches of 8: 8 steps an epoch.
const base = Recipe.with(recipe, {
  augment: Augment.standard({ closing: { steps: 20 } }),
  schedule: LearningRate.piecewise({ start: 0.1, multiply: [{ at: { steps: 60 }, by: 0.5 }] }),
  warmup: Warmup.linear({ steps: 10 })
})

const small = Recipe.with(base, { model: Model.classifier({ channels: [4], input: 32 }), loss: Loss.binaryCrossEntropy() })

/** Why a training of the recipe above cannot go on at a step with some fields changed, by their paths. */
const judged = (
  step: number,
  fields: Fields,
  before: Recipe.Recipe = base,
  known: Parameters<typeof Plan.resolveArm>[2] = facts
): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    Continuation.of(
      Plan.resolveArm("a", before, known),
      Plan.resolveArm("a", Recipe.with(before, fields), known),
      step
    ).map(({ path, restart }) => [path, restart])
  )

describe("Continuation.of", () => {
  it("goes on whatever is tried, watched, measured or kept, and wherever it runs", () => {
    const fields = {
      retry: Retry.diagnosed(),
      host: Host.make({ device: "cpu", time: "1 hour" }),
      monitor: Monitor.every({ steps: 5 }),
      checkpoint: Checkpoint.every({ steps: 10 }),
      evaluate: Evaluate.every({ epochs: 1 }),
      earlyStop: EarlyStop.patience({ evaluations: 3 })
    }
    const reasons = judged(50, fields)
    assert.isAbove(Object.keys(reasons).length, 6)
    assert.deepStrictEqual([...new Set(Object.values(reasons))], [null])
    const accepted = Continuation.of(
      Plan.resolveArm("a", base, facts),
      Plan.resolveArm("a", Recipe.accept("a/b", "c")(base), facts),
      50
    )
    assert.deepStrictEqual(accepted.map(({ path, restart }) => [path, restart]), [["accepted", null]])
  })

  const later = LearningRate.piecewise({ start: 0.1, multiply: [{ at: { steps: 60 }, by: 0.25 }] })

  it("goes on with a schedule whose rows so far are the same, and not one step later", () => {
    assert.deepStrictEqual(judged(60, { schedule: later }), { "schedule.multiply.0.by": null })
    assert.deepStrictEqual(judged(61, { schedule: later }), {
      "schedule.multiply.0.by": "the first 61 steps were taken at another learning rate, from step 60 on"
    })
  })

  it("asks the warmup's biases and momentum, too", () => {
    assert.deepStrictEqual(judged(1, { warmup: Warmup.linear({ steps: 10, biasFrom: 0 }) }), {
      "warmup.biasFrom": "the first step was taken at another learning rate of the biases, from step 0 on"
    })
    assert.deepStrictEqual(judged(20, { warmup: Warmup.linear({ steps: 10, momentumFrom: 0.5 }) }), {
      "warmup.momentumFrom": "the first 20 steps were taken at another momentum, from step 0 on"
    })
    assert.deepStrictEqual(judged(0, { warmup: Warmup.none }), { warmup: null })
  })

  it("goes on longer where neither rates nor mosaics so far say otherwise", () => {
    assert.deepStrictEqual(judged(80, { length: { steps: 200 } }), { "length.steps": null })
    assert.deepStrictEqual(judged(81, { length: { steps: 200 } }), {
      "length.steps": "from step 80 on no mosaic was shown, and there would have been"
    })
    assert.deepStrictEqual(judged(50, { length: { steps: 50 } }), {
      "length.steps": "mosaics were shown from step 30 on, and there would have been none"
    })
    assert.deepStrictEqual(judged(50, { length: { steps: 49 } }), {
      "length.steps": "it would end at step 49, and stands at step 50"
    })
    const cosine = Recipe.with(base, { schedule: LearningRate.cosine({ peak: 0.1, final: 0 }), warmup: Warmup.none })
    assert.deepStrictEqual(judged(50, { length: { steps: 200 } }, cosine), {
      "length.steps": "the first 50 steps were taken at another learning rate, from step 1 on"
    })
  })

  it("judges the end of the mosaics by what was shown so far", () => {
    const closing = (steps: number): Fields => ({ augment: Augment.standard({ closing: { steps } }) })
    assert.deepStrictEqual(judged(70, closing(30)), { "augment.closing.steps": null })
    assert.deepStrictEqual(judged(71, closing(30)), {
      "augment.closing.steps": "mosaics were shown from step 70 on, and there would have been none"
    })
    const none = Recipe.with(base, { augment: Augment.standard({ mosaic: 0 }) })
    assert.deepStrictEqual(judged(90, { augment: Augment.standard({ mosaic: 0, closing: { epochs: 1 } }) }, none), {
      "augment.closing.epochs": null
    })
  })

  it("goes on with batches left out later, and with no other change of what is shown", () => {
    const skip = { feed: Feed.make({ skip: [{ from: 40, steps: 2 }] }) }
    assert.deepStrictEqual(judged(40, skip), { "feed.skip": null })
    assert.deepStrictEqual(judged(41, skip), { "feed.skip": "the first 41 steps were shown other batches" })
    assert.deepStrictEqual(judged(1, { feed: Feed.make({ quarantine: ["#3"], order: 1 }) }), {
      "feed.quarantine": "the first step was shown other images",
      "feed.order": "the first step was shown in another order"
    })
    assert.deepStrictEqual(judged(0, { feed: Feed.make({ quarantine: ["#3"], order: 1 }) }), {
      "feed.quarantine": null,
      "feed.order": null
    })
  })

  it("goes on with what comes to the same training, however it is written", () => {
    const before = Recipe.with(base, { feed: Feed.make({ quarantine: ["#3", "#5"] }), length: { steps: 80 } })
    const fields = { feed: Feed.make({ quarantine: ["#5", "#3"] }), length: { epochs: 10 }, warmup: base.warmup }
    for (const known of [facts, { ...facts, fingerprint: null }]) {
      assert.deepStrictEqual(judged(70, fields, before, known), {
        "feed.quarantine.0": null,
        "feed.quarantine.1": null,
        length: null
      })
    }
  })

  it("begins anew with all else", () => {
    const cases: ReadonlyArray<readonly [fields: Fields, reason: string]> = [
      [{ model: Model.yolo({ size: "s", input: 64 }) }, "the weights have other shapes"],
      [{ model: Model.from({ run: "a-1" }, base.model) }, "it began with other weights"],
      [{ loss: Loss.yoloV8({ box: 1 }) }, "the first 30 steps were taken down another loss"],
      [{ optimizer: Optimizer.adam() }, "its state is another optimizer's"],
      [{ optimizer: Optimizer.sgd({ momentum: 0.9 }) }, "the first 30 steps were taken by another optimizer"],
      [{ clip: Clip.globalNorm(1) }, "the first 30 steps were clipped otherwise"],
      [{ ema: Ema.exponential() }, "it kept no average of the weights"],
      [{ augment: Augment.off }, "the first 30 steps were shown images changed otherwise"],
      [{ batch: 4 }, "the first 30 steps were taken with other batches: batch norm saw 8 images at a time, and would see 4"],
      [{ accumulate: Accumulate.batches(2) }, "the first 30 steps were taken with other batches"]
    ]
    for (const [fields, reason] of cases) {
      assert.deepStrictEqual([...new Set(Object.values(judged(30, fields)))], [reason], reason)
    }
    assert.deepStrictEqual(judged(30, { dropout: Dropout.share(0.5) }, small), {
      dropout: "the first 30 steps were taken with another dropout"
    })
    // A detector has no place for it.
    assert.deepStrictEqual(judged(30, { dropout: Dropout.share(0.5) }), { dropout: null })
  })

  it("knows data by its fingerprint, or else by what the recipe says of it", () => {
    const data = Dataset.yolo({ name: "a", classes: facts.classes })
    const renamed = { data: Dataset.yolo({ name: "b", classes: facts.classes }) }
    const named = Recipe.with(base, { data })
    assert.deepStrictEqual(judged(30, renamed, named), { "data.name": null })
    assert.deepStrictEqual(judged(30, renamed, named, null), { "data.name": "it began with other data" })
    assert.deepStrictEqual(judged(30, { data: { ...data, about: "cells" } }, named, null), { "data.about": null })
  })

  it("says so where it cannot tell without the data", () => {
    const epochs = Recipe.with(base, { warmup: Warmup.linear({ epochs: 1 }) })
    assert.deepStrictEqual(judged(30, { warmup: Warmup.linear({ epochs: 2 }) }, epochs, null), {
      "warmup.length.epochs": "whether the first 30 steps were taken at the same learning rates cannot be told without "
        + "the data"
    })
  })
})

describe("Any change of a recipe", () => {
  it("is judged in each of its values, each with a reason or none", () => {
    fc.assert(fc.property(recipes, recipes, fc.nat(50), (left, right, step) => {
      const [before, after] = [left, right].map((recipe) => Plan.resolveArm("a", recipe, facts)) as [Plan.Arm, Plan.Arm]
      for (const { restart } of Continuation.of(before, after, step)) assert.notStrictEqual(restart?.trim(), "")
    }), { numRuns: 30 })
  })

  it("that has a training go on at a step has it go on at every step before", () => {
    const schedules = fc.record({
      at: fc.integer({ min: 1, max: 99 }),
      by: fc.constantFrom(0.5, 1, 2),
      steps: fc.integer({ min: 1, max: 99 }),
      closing: fc.integer({ min: 1, max: 99 })
    })
    fc.assert(fc.property(schedules, fc.integer({ min: 1, max: 99 }), ({ at, by, closing, steps }, step) => {
      const fields = {
        schedule: LearningRate.piecewise({ start: 0.1, multiply: [{ at: { steps: at }, by }] }),
        warmup: Warmup.linear({ steps }),
        augment: Augment.standard({ closing: { steps: closing } })
      }
      const now = judged(step, fields, small)
      const before = judged(step - 1, fields, small)
      for (const [path, reason] of Object.entries(now)) if (reason === null) assert.isNull(before[path], path)
    }))
  })
})
