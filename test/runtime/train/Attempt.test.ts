import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import sharp from "sharp"
import * as Accumulate from "../../../dsl/Accumulate.ts"
import * as Augment from "../../../dsl/Augment.ts"
import * as Checkpoints from "../../../dsl/Checkpoint.ts"
import * as Clip from "../../../dsl/Clip.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Ema from "../../../dsl/Ema.ts"
import * as Dropout from "../../../dsl/Dropout.ts"
import * as EarlyStop from "../../../dsl/EarlyStop.ts"
import * as Evaluate from "../../../dsl/Evaluate.ts"
import type { EngineFault } from "../../../dsl/Fault.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Monitor from "../../../dsl/Monitor.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Source from "../../../runtime/data/Source.ts"
import type { Engine } from "../../../runtime/engine/Engine.ts"
import * as Location from "../../../runtime/engine/tensorflow/Location.ts"
import * as Tensorflow from "../../../runtime/engine/tensorflow/Tensorflow.ts"
import * as Wasm from "../../../runtime/engine/wasm/Wasm.ts"
import * as Attempt from "../../../runtime/train/Attempt.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import { tensorflow } from "../engine/tensorflow/engine.ts"
import { inTemporaryFolder } from "../run/temporary.ts"

const recipe = Recipe.make({
  data: Dataset.shapes({ train: 12, val: 5, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.01, final: 0.001 }),
  clip: Clip.globalNorm(1),
  ema: Ema.exponential({ tau: 4 }),
  batch: 4,
  length: { epochs: 3 }
})

const attempt = Effect.fnUntraced(function*(
  folder: string,
  changes: Partial<Recipe.Recipe> = {},
  options: {
    readonly steps?: number
    readonly stopAfter?: number
    readonly place?: string
    readonly open?: () => void
    readonly engine?: Layer.Layer<Engine, EngineFault>
  } = {}
) {
  const changed = Recipe.with(recipe, changes)
  const locations = { of: () => options.place ?? null, known: [] }
  const source = yield* Source.open(changed.data, { locations, cache: path.join(folder, "cache") })
  options.open?.()
  const events: Array<Event> = []
  const outcome = yield* Attempt.run({
    run: "r",
    attempt: 1,
    start: null,
    arm: "a",
    seed: 0,
    recipe: changed,
    source,
    steps: options.steps ?? null,
    directory: path.join(folder, "attempt"),
    from: null,
    injection: null,
    token: "t"
  }, {
    emit: (event) => events.push(event),
    stopping: () => events.filter(({ kind }) => kind === "step").length >= (options.stopAfter ?? Infinity)
  }).pipe(Effect.provide(options.engine ?? Tensorflow.layer(Location.find()?.directory ?? "")))
  const kinds = events.flatMap((event) =>
    event.kind === "step" ? [] : [`${event.kind === "status" ? event.status : event.kind}@${event.step}`]
  )
  return { outcome, events, kinds }
})

const checkpoints = (folder: string): ReadonlyArray<string> => fs.readdirSync(path.join(folder, "attempt/checkpoints")).toSorted()

tensorflow("Attempt", () => {
  it.effect("evaluates and writes checkpoints where the recipe says, and at the end", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { events, kinds, outcome } = yield* attempt(folder, {
        evaluate: Evaluate.every({ epochs: 1 }),
        checkpoint: Checkpoints.every({ steps: 4 })
      })
      assert.strictEqual(outcome.status, "succeeded")
      assert.strictEqual(outcome.steps, 9)
      assert.deepStrictEqual(kinds, [
        "starting@0",
        "compiling@0",
        "training@0",
        "evaluating@3",
        "eval@3",
        "training@3",
        "checkpoint@4",
        "evaluating@6",
        "eval@6",
        "training@6",
        "checkpoint@8",
        "checkpoint@9",
        "evaluating@9",
        "eval@9",
        "succeeded@9"
      ])
      assert.deepStrictEqual(checkpoints(folder), ["step-000004", "step-000008", "step-000009"])
      const steps = events.flatMap((event) => event.kind === "step" ? [event] : [])
      for (const { loss, parts } of steps) {
        assert.approximately(Object.values(parts).reduce((sum, part) => sum + part, 0), loss, 1e-4 * loss)
      }
      assert.strictEqual(steps[0]?.learningRate, 0.01)
      assert.isAbove(outcome.gradNorm.median, 0)
      const { cursor, state } = yield* Checkpoint.read(path.join(folder, "attempt/checkpoints/step-000009"))
      assert.deepStrictEqual([cursor.step, cursor.seed], [9, 0])
      assert.strictEqual(state.ema.length, state.parameters.length + state.buffers.length)
      assert.notDeepEqual(state.ema[0]?.data, state.parameters[0]?.data)
    })))

  it.effect("computes the same numbers again, and other ones for another seed's order", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const losses = (events: ReadonlyArray<Event>) => events.flatMap((event) => event.kind === "step" ? [event.loss] : [])
      const first = yield* attempt(path.join(folder, "1"))
      const again = yield* attempt(path.join(folder, "2"))
      assert.deepStrictEqual(losses(first.events), losses(again.events))
      const part = yield* attempt(path.join(folder, "3"), {}, { steps: 4 })
      assert.strictEqual(part.outcome.status, "succeeded")
      // A part of a training is the beginning of the whole: the schedule stays.
      assert.deepStrictEqual(losses(part.events), losses(first.events).slice(0, 4))
    })))

  it.effect("ends with a checkpoint where it is asked to stop", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { kinds, outcome } = yield* attempt(folder, {}, { stopAfter: 5 })
      assert.deepStrictEqual([outcome.status, outcome.steps, outcome.fault], ["interrupted", 5, null])
      assert.deepStrictEqual(kinds.slice(-2), ["checkpoint@5", "interrupted@5"])
    })))

  it.effect("names the photograph that cannot be read any more", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const place = path.join(folder, "cells")
      for (const split of ["train", "val"]) {
        fs.mkdirSync(path.join(place, "images", split), { recursive: true })
        fs.mkdirSync(path.join(place, "labels", split), { recursive: true })
        for (let index = 0; index < 4; index++) {
          const image = sharp({ create: { width: 40, height: 30, channels: 3, background: { r: 40 * index, g: 90, b: 10 } } })
          yield* Effect.promise(() => image.jpeg().toFile(path.join(place, "images", split, `${index}.jpg`)))
          fs.writeFileSync(path.join(place, "labels", split, `${index}.txt`), "0 0.5 0.5 0.4 0.4\n")
        }
      }
      fs.writeFileSync(path.join(place, "data.yaml"), "train: images/train\nval: images/val\nnames: [cell]\n")
      const victim = path.join(place, "images/train/2.jpg")
      const { kinds, outcome } = yield* attempt(folder, { data: Dataset.yolo({ name: "cells" }) }, {
        place,
        open: () => fs.truncateSync(victim, 200)
      })
      assert.deepStrictEqual([outcome.status, outcome.fault?.tag, outcome.metrics.loss], ["failed", "DataFault", Infinity])
      assert.match(outcome.fault?.message ?? "", /images\/train\/2\.jpg/)
      assert.strictEqual(kinds.at(-1), "failed@0")
    })))

  it.effect("fails where the checkpoint cannot be written, instead of going on without one", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      fs.mkdirSync(path.join(folder, "attempt"), { recursive: true })
      fs.writeFileSync(path.join(folder, "attempt/checkpoints"), "in the way")
      const { outcome } = yield* attempt(folder, { checkpoint: Checkpoints.every({ steps: 2 }) })
      assert.deepStrictEqual([outcome.status, outcome.fault?.tag, outcome.steps], ["failed", "WorkerLost", 2])
      assert.match(outcome.fault?.message ?? "", /the checkpoint was not written/)
    })))
})

describe("Attempt, of a classifier", () => {
  const classifier: Partial<Recipe.Recipe> = {
    model: Model.classifier({ channels: [8, 16, 16], input: 32 }),
    loss: Loss.binaryCrossEntropy(),
    optimizer: Optimizer.adamw(),
    schedule: LearningRate.cosine({ peak: 0.02, final: 0.001 }),
    clip: Clip.off,
    ema: Ema.off,
    augment: Augment.off,
    batch: 16
  }

  it.live("trains, watches, measures and stops early as its recipe says, over steps of several batches", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { events, kinds, outcome } = yield* attempt(folder, {
        ...classifier,
        data: Dataset.shapes({ train: 50, val: 10, seed: 3 }),
        dropout: Dropout.share(0.1),
        clip: Clip.auto({ percentile: 40, history: 3 }),
        batch: 4,
        accumulate: Accumulate.batches(3),
        evaluate: Evaluate.every({ steps: 2 }),
        // No accuracy is better than the first one by that much.
        earlyStop: EarlyStop.patience({ evaluations: 2, delta: 0.99 }),
        checkpoint: Checkpoints.every({ steps: 1, keep: 2 }),
        monitor: Monitor.every({ steps: 3 }),
        length: { epochs: 20 }
      }, { engine: Wasm.layer })
      assert.deepStrictEqual([outcome.status, outcome.steps, outcome.engine?.engine], ["succeeded", 6, "wasm"])
      assert.match(outcome.stopped ?? "", /^stopped early: in 2 evaluations .*accuracy.* step 2$/)
      assert.deepStrictEqual(kinds.filter((kind) => /^(monitor|eval|succeeded)@/.test(kind)), [
        "monitor@0",
        "eval@2",
        "monitor@3",
        "eval@4",
        "eval@6",
        "succeeded@6"
      ])
      // The newest two, and the best.
      assert.deepStrictEqual(checkpoints(folder), ["step-000002", "step-000005", "step-000006"])
      const steps = events.flatMap((event) => event.kind === "step" ? [event] : [])
      const evaluations = events.flatMap((event) => event.kind === "eval" ? [event] : [])
      assert.deepStrictEqual(Object.keys(steps[0]?.parts ?? {}), ["class"])
      assert.isTrue(evaluations.every(({ map, map50 }) => map === null && map50 === null))
      assert.isTrue(evaluations.every(({ accuracy }) => accuracy !== null && accuracy >= 0 && accuracy <= 1))
      assert.deepStrictEqual([outcome.metrics.accuracy, outcome.metrics.map], [evaluations[0]?.accuracy, null])
      assert.strictEqual(outcome.best, 2)
      const { cursor, state } = yield* Checkpoint.read(path.join(folder, "attempt/checkpoints/step-000006"))
      assert.deepStrictEqual([cursor.step, state.updates], [6, 6])
      assert.deepStrictEqual(cursor.clip, { _tag: "Norms", norms: steps.slice(-3).map(({ gradNorm }) => gradNorm) })
    })))
})
