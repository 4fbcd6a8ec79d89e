import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Layer from "effect/Layer"
import { spawnSync } from "node:child_process"
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
import * as Feed from "../../../dsl/Feed.ts"
import * as Injection from "../../../dsl/Injection.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Monitor from "../../../dsl/Monitor.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import type { Engine } from "../../../runtime/engine/Engine.ts"
import * as Location from "../../../runtime/engine/tensorflow/Location.ts"
import * as Tensorflow from "../../../runtime/engine/tensorflow/Tensorflow.ts"
import * as Wasm from "../../../runtime/engine/wasm/Wasm.ts"
import * as Bundle from "../../../runtime/train/Bundle.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import * as Fence from "../../../runtime/train/Fence.ts"
import { tensorflow } from "../engine/tensorflow/engine.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { attemptAt, checkpointsIn, type Options } from "./attempts.ts"

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

const attempt = (
  folder: string,
  changes: Partial<Recipe.Recipe> = {},
  { engine = Tensorflow.layer(Location.find()?.directory ?? ""), ...options }: Options & {
    readonly engine?: Layer.Layer<Engine, EngineFault>
  } = {}
) => attemptAt(folder, Recipe.with(recipe, changes), engine, options)

const checkpoints = (folder: string): ReadonlyArray<string> => checkpointsIn(path.join(folder, "attempt"))

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

describe("Attempt, where something goes wrong", () => {
  const small = Recipe.with(recipe, {
    data: Dataset.shapes({ train: 50, val: 10, seed: 3 }),
    model: Model.classifier({ channels: [8, 16], input: 32 }),
    loss: Loss.binaryCrossEntropy(),
    optimizer: Optimizer.adamw(),
    schedule: LearningRate.constant(0.001),
    accumulate: Accumulate.batches(2),
    augment: Augment.off,
    checkpoint: Checkpoints.every({ steps: 4 }),
    length: { steps: 12 }
  })
  const injected = (folder: string, text: string, options: Options = {}) =>
    attemptAt(folder, small, Wasm.layer, { injection: Result.getOrThrow(Injection.parse(text)), ...options })

  it.live("keeps what replays a step that is not finite: the state before it, those before that, and its batches", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      for (const [text, what] of [["nan@6", /loss is NaN/], ["inf-gradient@6", /norm is (NaN|Infinity)/]] as const) {
        const { directory, events, kinds, outcome } = yield* injected(path.join(folder, text), text)
        assert.strictEqual(outcome.status, "failed")
        assert.deepInclude(outcome.fault, { tag: "NonFinite", step: 6, onset: 6, injected: text })
        assert.match(outcome.fault?.message ?? "", what)
        assert.deepStrictEqual([outcome.steps, outcome.incident], [6, "incident"])
        assert.deepStrictEqual(kinds.slice(-2), ["incident@6", "failed@6"])
        const bundle = Bundle.read(path.join(directory, "incident"))
        assert.deepStrictEqual(bundle.document.fault, outcome.fault)
        assert.deepStrictEqual(bundle.recipe, small)
        assert.strictEqual(bundle.document.injection, text)
        assert.deepStrictEqual(bundle.document.before, events.flatMap((event) => event.kind === "step" ? [event] : []))
        const { cursor, history, state } = yield* Checkpoint.read(bundle.at ?? "")
        assert.deepStrictEqual([cursor.step, state.updates, history.losses.length], [6, 6, 6])
        // The first one is that of the beginning.
        assert.strictEqual(bundle.snapshots[0]?.step, 0)
        assert.strictEqual((yield* Checkpoint.read(bundle.snapshots[0]?.directory ?? "")).cursor.step, 0)
        // 50 images are 6 steps of 2 batches of 4, and the seventh step is the second epoch's first.
        assert.deepStrictEqual(bundle.batches.map(({ epoch, index }) => [epoch, index]), [[1, 0], [1, 1]])
        assert.deepStrictEqual(bundle.batches.map(({ images }) => images.length), [4 * 32 * 32 * 3, 4 * 32 * 32 * 3])
        assert.strictEqual(bundle.document.samples[0]?.samples.length, 4)
      }
    })), 60_000)

  it.live("removes the half of an incident that the process of an attempt before it left, and of none that lives", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { pid: gone } = spawnSync(process.execPath, ["--version"])
      const before = path.join(folder, "attempt")
      const left = ["incident", `incident.${gone}.tmp`, `incident.${process.ppid}.tmp`].map((name) => path.join(before, name))
      for (const incident of left) fs.mkdirSync(path.join(incident, "snapshots"), { recursive: true })
      yield* attemptAt(folder, small, Wasm.layer, { number: 2, steps: 1 })
      assert.deepStrictEqual(left.map((incident) => fs.existsSync(incident)), [true, false, true])
      assert.isTrue(fs.existsSync(path.join(before, "incident/snapshots")))
    })), 60_000)

  it.live("goes on from the state at the fault as if nothing had been injected", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const whole = yield* attemptAt(path.join(folder, "whole"), small, Wasm.layer)
      const { directory } = yield* injected(folder, "nan@6")
      const at = Bundle.read(path.join(directory, "incident")).at ?? ""
      const { outcome } = yield* attemptAt(folder, small, Wasm.layer, { number: 2, from: at })
      assert.deepInclude(outcome, { status: "succeeded", from: 6, exact: { exact: true, reason: null } })
      assert.deepStrictEqual(outcome.gradNorm, whole.outcome.gradNorm)
      assert.strictEqual(outcome.metrics.loss, whole.outcome.metrics.loss)
    })), 60_000)

  it.live("blames the injection for a bad image where a step shows it, and names that step's images", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { directory, outcome } = yield* injected(folder, "bad-image@7")
      assert.deepInclude(outcome.fault, { tag: "NonFinite", injected: "bad-image@7" })
      const { document } = Bundle.read(path.join(directory, "incident"))
      assert.isTrue(document.samples.some(({ samples }) => samples.some(({ index }) => index === 7)))
    })), 60_000)

  it.live("keeps the state where no memory is left before a step", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { directory, outcome } = yield* injected(folder, "oom@5")
      assert.deepInclude(outcome.fault, { tag: "OutOfMemory", step: 5, injected: "oom@5" })
      const { at } = Bundle.read(path.join(directory, "incident"))
      assert.strictEqual((yield* Checkpoint.read(at ?? "")).cursor.step, 5)
    })), 60_000)

  it.live("fails where the disk is full, says where, and leaves no half of a checkpoint", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { directory, outcome } = yield* injected(folder, "disk-full@checkpoint:2")
      assert.deepInclude(outcome.fault, { tag: "WorkerLost", injected: "disk-full@checkpoint:2" })
      assert.match(outcome.fault?.message ?? "", /not written to .*step-000008: the disk is full: ENOSPC/)
      assert.deepStrictEqual([outcome.steps, outcome.incident], [8, null])
      assert.deepStrictEqual(checkpointsIn(directory), ["step-000004"])
    })), 60_000)

  it.live("blames the host, and keeps no incident, where its events cannot be written, from the start or later on", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      for (const from of [0, 5]) {
        const log = EventLog.open("/dev/full")
        const { directory, outcome } = yield* attemptAt(path.join(folder, String(from)), small, Wasm.layer, {
          hear: (event) => {
            if (event.step >= from) log.append({ ...event, step: 0, kind: "status", status: "training", detail: null })
          }
        })
        assert.deepInclude(outcome.fault, { tag: "WorkerLost", step: null, injected: null })
        const said = "the disk is full: /dev/full was not written: ENOSPC: no space left on device, write"
        assert.strictEqual(outcome.fault?.message, said)
        assert.deepStrictEqual([outcome.status, outcome.steps, outcome.incident], ["failed", from === 0 ? 0 : 6, null])
        assert.isFalse(fs.existsSync(path.join(directory, "incident")))
        log.close()
      }
    })), 60_000)

  it.live("takes no step with a state that is not finite, and names what is not", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const first = yield* attemptAt(folder, small, Wasm.layer, { steps: 4 })
      const checkpoint = yield* Checkpoint.read(path.join(first.directory, "checkpoints/step-000004"))
      const [variance] = checkpoint.state.buffers.filter(({ name }) => name.endsWith(".variance"))
      variance?.data.fill(Infinity, 1, 2)
      const from = yield* Checkpoint.write(path.join(folder, "poisoned"), checkpoint)
      const { directory, events, outcome } = yield* attemptAt(folder, small, Wasm.layer, { number: 2, from })
      assert.deepInclude(outcome.fault, { tag: "NonFinite", step: 3, onset: 3, injected: null })
      assert.strictEqual(outcome.fault?.message, `after step 3 the running variance \`${variance?.name}\` is not finite`)
      assert.isFalse(events.some(({ kind }) => kind === "step"))
      assert.isNull(Bundle.read(path.join(directory, "incident")).at)
    })), 60_000)

  it.live("writes no checkpoint where another process has taken the attempt over", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const { directory, outcome } = yield* attemptAt(folder, small, Wasm.layer, {
        open: () => Fence.raise(path.join(folder, "attempt"), "another")
      })
      assert.deepStrictEqual([outcome.fault?.tag, outcome.steps], ["WorkerLost", 4])
      assert.match(outcome.fault?.message ?? "", /another process has taken over this attempt/)
      assert.deepStrictEqual(checkpointsIn(directory), [])
    })), 60_000)

  it.live("fails where what it is to go on from is not whole, or of another network", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const first = yield* attemptAt(folder, small, Wasm.layer, { steps: 4 })
      const from = path.join(first.directory, "checkpoints/step-000004")
      const other = Recipe.with(small, { model: Model.classifier({ channels: [8, 8], input: 32 }) })
      const wrong = yield* attemptAt(folder, other, Wasm.layer, { number: 2, from })
      assert.match(wrong.outcome.fault?.message ?? "", /another network or optimizer: they differ in `\w+/)
      fs.truncateSync(path.join(from, "weights.safetensors"), 100)
      const torn = yield* attemptAt(folder, small, Wasm.layer, { number: 3, from })
      assert.match(torn.outcome.fault?.message ?? "", /cannot be used: weights.safetensors is cut short/)
      assert.strictEqual(torn.outcome.steps, 0)
    })), 60_000)

  it.live("says that it is not exact where the recipe has changed, and goes on all the same", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const first = yield* attemptAt(folder, small, Wasm.layer, { steps: 4 })
      const changed = Recipe.with(small, { clip: Clip.auto({ history: 3 }), schedule: LearningRate.constant(0.0005) })
      const from = path.join(first.directory, "checkpoints/step-000004")
      const { events, outcome } = yield* attemptAt(folder, changed, Wasm.layer, { number: 2, from })
      assert.deepInclude(outcome, { status: "succeeded", from: 4, steps: 12 })
      assert.deepStrictEqual(outcome.exact, { exact: false, reason: "the training has changed since then" })
      const training = events.find((event) => event.kind === "status" && event.status === "training")
      assert.deepInclude(training, { detail: "from step 4, not to the bit: the training has changed since then" })
      assert.isAbove(outcome.clipRate, 0)
    })), 60_000)

  it.live("counts the batches that the recipe leaves out", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const feed = Feed.make({ skip: [{ from: 2, steps: 3 }, { from: 30, steps: 1 }] })
      const { outcome } = yield* attemptAt(folder, Recipe.with(small, { feed }), Wasm.layer)
      assert.deepStrictEqual([outcome.status, outcome.skipped], ["succeeded", 6])
    })), 60_000)
})
