import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
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
  Feed,
  Host,
  Loss,
  Model,
  Monitor,
  Optimizer,
  Recipe,
  Remedy,
  Retry,
  Warmup
} from "../../dsl/index.ts"
import { options, recipe, recipes } from "./recipes.ts"

/** The issues of a recipe that differs from a sound one in some fields. */
const issuesWith = (fields: object): ReadonlyArray<string> => {
  const decoded = Recipe.decode({ ...recipe, ...fields })
  return Result.isFailure(decoded) ? decoded.failure.map(({ message, path }) => `${path}: ${message}`) : []
}

describe("Recipe.make", () => {
  it("gives every field that is left out the default that a plan can show", () => {
    assert.deepStrictEqual(Recipe.make(options), {
      ...options,
      feed: { quarantine: [], skip: [], order: 0 },
      loss: { _tag: "YoloV8", box: 7.5, class: 0.5, dfl: 1.5 },
      warmup: { _tag: "None" },
      clip: { _tag: "Off" },
      ema: { _tag: "Off" },
      dropout: { _tag: "Off" },
      augment: {
        _tag: "Standard",
        hue: 0.015,
        saturation: 0.7,
        value: 0.4,
        flip: 0.5,
        translate: 0.1,
        scale: 0.5,
        mosaic: 1,
        closing: { epochs: 10 }
      },
      precision: "float32",
      accumulate: { batches: 1 },
      evaluate: { every: null },
      earlyStop: { _tag: "Off" },
      checkpoint: { every: null, keep: null },
      monitor: { _tag: "Off" },
      retry: {
        on: {
          NonFinite: { _tag: "Stop" },
          Diverged: { _tag: "Stop" },
          OutOfMemory: { _tag: "Stop" },
          DataFault: { _tag: "Stop" },
          EngineFault: { _tag: "Stop" },
          WorkerLost: { _tag: "Stop" },
          Preempted: { _tag: "Stop" },
          Timeout: { _tag: "Stop" }
        },
        trials: { steps: 400 }
      },
      host: { memory: null, device: "any", time: null, silence: "10 minutes", labels: {}, limits: {} },
      accepted: []
    })
  })

  it("takes the loss that fits the model, unless another one is given", () => {
    const model = Model.classifier({ channels: [8], input: 32 })
    assert.deepStrictEqual(Recipe.make({ ...options, model }).loss, { _tag: "BinaryCrossEntropy", smoothing: 0 })
    const loss = Loss.binaryCrossEntropy({ smoothing: 0.1 })
    assert.deepStrictEqual(Recipe.make({ ...options, model, loss }).loss, loss)
    assert.deepStrictEqual(Recipe.make({ ...options, model: undefined as never }).loss, Loss.yoloV8())
  })

  it("takes every field that is given", () => {
    const given = {
      clip: Clip.globalNorm(2),
      ema: Ema.exponential(),
      loss: Loss.yoloV8({ dfl: 1 }),
      augment: Augment.off,
      dropout: Dropout.share(0.1),
      accumulate: Accumulate.batches(4),
      earlyStop: EarlyStop.patience({ evaluations: 3 }),
      monitor: Monitor.every({ epochs: 1, histograms: true }),
      feed: Feed.make({ order: 1 }),
      retry: Retry.diagnosed(),
      host: Host.make({ memory: "8 GiB" })
    }
    assert.deepInclude(Recipe.make({ ...options, ...given }), given)
  })

  it("leaves numbers to validation, which reports them all at once", () => {
    assert.deepStrictEqual(issuesWith({ batch: 0, clip: Clip.globalNorm(NaN) }), [
      "clip.maxNorm: expected a number above 0, got NaN",
      "batch: expected a whole number above 0, got 0"
    ])
  })
})

describe("Recipe.with", () => {
  it("replaces fields as a whole and leaves the other recipe as it was", () => {
    const warm = Recipe.with(recipe, { warmup: Warmup.linear({ steps: 50, from: 0.001 }) })
    const again = Recipe.with(warm, { warmup: Warmup.linear({ epochs: 3 }), batch: 2 })
    const length = { epochs: 3 }
    assert.deepStrictEqual(again.warmup, { _tag: "Linear", length, from: 0, biasFrom: 0.1, momentumFrom: 0.8 })
    assert.deepStrictEqual([again.batch, warm.batch, recipe.warmup], [2, 8, Warmup.none])
  })
})

describe("Recipe.accept", () => {
  it("adds an answer and keeps the earlier ones, through Recipe.with too", () => {
    const once = Recipe.accept("a/b", "because")(recipe)
    const twice = Recipe.accept("c/d", "so")(Recipe.with(once, { batch: 2 }))
    assert.deepStrictEqual(twice.accepted, [{ rule: "a/b", reason: "because" }, { rule: "c/d", reason: "so" }])
    assert.deepStrictEqual(recipe.accepted, [])
  })

  it("wants a reason", () => {
    assert.deepStrictEqual(issuesWith({ accepted: Recipe.accept("a/b", " ")(recipe).accepted }), [
      `accepted.0.reason: expected text that is not empty, got " "`
    ])
  })
})

describe("A recipe", () => {
  it("survives being written as JSON and read again, whatever it is", () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const json = JSON.stringify(Recipe.encode(recipe))
        const decoded = Recipe.decode(JSON.parse(json))
        assert.deepStrictEqual(Result.getOrThrow(decoded), recipe)
      }),
      { numRuns: 200 }
    )
  })

  it("is refused where its bounds end", () => {
    const cases: ReadonlyArray<readonly [object, ReadonlyArray<string>]> = [
      [{ optimizer: { ...recipe.optimizer, momentum: 1 } }, [
        "optimizer.momentum: expected a number of at least 0 and below 1, got 1"
      ]],
      [{ ema: Ema.exponential({ decay: 1, tau: 0 }) }, [
        "ema.decay: expected a number of at least 0 and below 1, got 1",
        "ema.tau: expected a number above 0, got 0"
      ]],
      [{ augment: Augment.standard({ flip: 1.1, scale: 1, mosaic: 2, closing: { epochs: 0 } }) }, [
        "augment.flip: expected a number from 0 to 1, got 1.1",
        "augment.scale: expected a number of at least 0 and below 1, got 1",
        "augment.mosaic: expected a number from 0 to 1, got 2",
        "augment.closing.epochs: expected a number above 0 and at most 1000000, got 0"
      ]],
      [{ model: { ...recipe.model, depth: 65, width: 0, input: 2 ** 53, regMax: 8 } }, [
        "model.depth: expected a number above 0 and at most 64, got 65",
        "model.width: expected a number above 0 and at most 64, got 0",
        "model.input: expected a whole number above 0, got 9007199254740992",
        "model.regMax: expected 16, got 8"
      ]],
      [{ data: Dataset.yolo({ name: "../x", classes: ["a", "a"], about: "\udc00" }) }, [
        `data.name: expected a name of letters, digits, dots, dashes and underscores, got "../x"`,
        "data.classes: expected at least one class, each once, got a list",
        `data.about: expected text of whole characters, got "\\udc00"`
      ]],
      [{ data: Dataset.shapes({ train: 1_000_001, val: 0, seed: -1, classes: [] }) }, [
        "data.train: expected a whole number from 1 to 1000000, got 1000001",
        "data.val: expected a whole number from 1 to 1000000, got 0",
        "data.seed: expected a whole number of at least 0, got -1",
        "data.classes: expected at least one class, each once, got an empty list"
      ]],
      [{ loss: Loss.yoloV8({ box: -1 }) }, ["loss.box: expected a number of at least 0, got -1"]],
      [{ loss: Loss.binaryCrossEntropy({ smoothing: 1 }) }, [
        "loss.smoothing: expected a number of at least 0 and below 1, got 1"
      ]],
      [{ optimizer: Optimizer.adam({ beta1: -0.1, beta2: 1, epsilon: 0, weightDecay: -1 }) }, [
        "optimizer.beta1: expected a number of at least 0 and below 1, got -0.1",
        "optimizer.beta2: expected a number of at least 0 and below 1, got 1",
        "optimizer.epsilon: expected a number above 0, got 0",
        "optimizer.weightDecay: expected a number of at least 0, got -1"
      ]],
      [{ optimizer: Optimizer.adamw({ beta2: 2 }) }, [
        "optimizer.beta2: expected a number of at least 0 and below 1, got 2"
      ]],
      [{ clip: Clip.perLayer(0) }, ["clip.maxRms: expected a number above 0, got 0"]],
      [{ clip: Clip.adaptive({ ratio: 0, floor: -1 }) }, [
        "clip.ratio: expected a number above 0, got 0",
        "clip.floor: expected a number above 0, got -1"
      ]],
      [{ clip: Clip.auto({ percentile: 101, history: 0 }) }, [
        "clip.percentile: expected a number above 0 and at most 100, got 101",
        "clip.history: expected a whole number from 1 to 100000, got 0"
      ]],
      [{ clip: Clip.zscore({ threshold: 0, decay: 1, warmup: 1.5, maxNorm: 0 }) }, [
        "clip.threshold: expected a number above 0, got 0",
        "clip.decay: expected a number of at least 0 and below 1, got 1",
        "clip.warmup: expected a whole number from 1 to 100000, got 1.5",
        "clip.maxNorm: expected a number above 0 or null, got 0"
      ]],
      [{ clip: { _tag: "Value", value: 1 } }, [
        "clip: expected Off, GlobalNorm, PerLayer, Adaptive, Auto or ZScore, got Value"
      ]],
      [{ dropout: Dropout.share(1) }, ["dropout.share: expected a number of at least 0 and below 1, got 1"]],
      [{ dropout: 0.5 }, ["dropout: expected Off or Share, got 0.5"]],
      [{ accumulate: Accumulate.batches(10_001) }, [
        "accumulate.batches: expected a whole number from 1 to 10000, got 10001"
      ]],
      [{ accumulate: 4 }, ["accumulate: expected an object, got 4"]],
      [{ earlyStop: EarlyStop.patience({ evaluations: 0, metric: "loss" as never, delta: -1 }) }, [
        "earlyStop.evaluations: expected a whole number from 1 to 1000000, got 0",
        `earlyStop.metric: expected "map", "map50" or "accuracy" or null, got "loss"`,
        "earlyStop.delta: expected a number of at least 0, got -1"
      ]],
      [{ monitor: Monitor.every({ steps: 0, histograms: 1 as never }) }, [
        "monitor.length.steps: expected a whole number from 1 to 1000000000, got 0",
        "monitor.histograms: expected true or false, got 1"
      ]],
      [{ monitor: Monitor.every(5 as never) }, ["monitor.length: expected { steps } or { epochs }, got 5"]],
      [{ checkpoint: Checkpoint.every({ epochs: 1, keep: 0 }) }, [
        "checkpoint.keep: expected a whole number above 0 or null, got 0"
      ]],
      [{ host: Host.make({ memory: "8GB", device: "tpu" as never, time: "soon", silence: null as never }) }, [
        `host.memory: expected an amount with its unit, such as "8 GiB" or null, got "8GB"`,
        `host.device: expected "any", "cpu" or "gpu", got "tpu"`,
        `host.time: expected a time with its unit, such as "30 minutes", of at most 24 days or null, got "soon"`,
        `host.silence: expected a time with its unit, such as "30 minutes", of at most 24 days, got null`
      ]],
      [{ feed: Feed.make({ quarantine: [""], skip: [{ from: 0, steps: 0 }] }) }, [
        `feed.quarantine.0: expected text that is not empty, got ""`,
        "feed.skip.0.steps: expected a whole number above 0, got 0"
      ]],
      [{ retry: Retry.ladder(Remedy.scaleLearningRate({ factor: 2 })) }, [
        "NonFinite",
        "Diverged",
        "OutOfMemory",
        "DataFault",
        "EngineFault"
      ].map((fault) => `retry.on.${fault}.rungs.0.0.factor: expected a number above 0 and at most 1, got 2`)],
      [{ model: Model.classifier({ channels: [], input: 0 }) }, [
        "model.channels: expected the channels of one to eight stages, got an empty list",
        "model.input: expected a whole number above 0, got 0"
      ]],
      [{ model: Model.classifier({ channels: [8, 0, 4097], input: 32 }) }, [
        "model.channels.1: expected a whole number from 1 to 4096, got 0",
        "model.channels.2: expected a whole number from 1 to 4096, got 4097"
      ]],
      [{ model: Model.from({ file: " ", sha256: "A".repeat(64) }, options.model) }, [
        `model.weights.file: expected text that is not empty, got " "`,
        `model.weights.sha256: expected a SHA-256 of 64 hexadecimal digits or null, got "${"A".repeat(55)}..."`
      ]],
      [{ model: Model.from({ run: "../other" }, options.model) }, [
        `model.weights.run: expected a name of letters, digits, dots, dashes and underscores, got "../other"`
      ]]
    ]
    for (const [fields, expected] of cases) assert.deepStrictEqual(issuesWith(fields), expected)
  })

  it("holds no infinite number and no NaN, whichever field has it", () => {
    const numbers = (value: unknown, path: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
      typeof value === "number"
        ? [path]
        : typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => numbers(inner, [...path, key]))
        : []
    const replaced = (value: unknown, [key, ...rest]: ReadonlyArray<string>, by: number): unknown =>
      key === undefined
        ? by
        : Array.isArray(value)
        ? value.map((item: unknown, index) => String(index) === key ? replaced(item, rest, by) : item)
        : { ...value as object, [key]: replaced((value as Record<string, unknown>)[key], rest, by) }
    const full = Recipe.with(recipe, {
      warmup: Warmup.linear({ epochs: 1 }),
      clip: Clip.zscore(),
      ema: Ema.exponential(),
      dropout: Dropout.share(0.1),
      evaluate: { every: { steps: 5 } },
      earlyStop: EarlyStop.patience({ evaluations: 3 }),
      checkpoint: Checkpoint.every({ epochs: 1, keep: 2 }),
      monitor: Monitor.every({ steps: 10 }),
      feed: Feed.make({ skip: [{ from: 5, steps: 2 }], order: 1 }),
      retry: Retry.on({
        ...Retry.diagnosed().on,
        NonFinite: Retry.climb(
          [Remedy.rollBack(), Remedy.skipBatches()],
          Remedy.tightenClip(),
          Remedy.scaleLearningRate(),
          Remedy.extendWarmup()
        )
      })
    })
    const others = [Clip.perLayer(1), Clip.adaptive(), Clip.auto(), Clip.globalNorm(1)].map((clip) => Recipe.with(full, {
      clip,
      model: Model.classifier({ channels: [8, 16], input: 32 }),
      loss: Loss.binaryCrossEntropy(),
      optimizer: Optimizer.adamw()
    }))
    for (const recipe of [full, ...others]) {
      const paths = numbers(recipe, [])
      assert.isAbove(paths.length, 30)
      for (const path of paths) {
        for (const value of [NaN, Infinity, -Infinity]) {
          const decoded = Recipe.decode(replaced(recipe, path, value))
          const issues = Result.isFailure(decoded) ? decoded.failure : []
          assert.deepStrictEqual(issues.map((issue) => issue.path), [path.join(".")], `${value} at ${path.join(".")}`)
          assert.include(issues[0]?.message, `got ${value}`)
        }
      }
    }
  })

  it("takes a zero of either sign", () => {
    for (const zero of [0, -0]) assert.deepStrictEqual(issuesWith({ loss: Loss.yoloV8({ box: zero }) }), [])
    assert.deepStrictEqual(issuesWith({ clip: Clip.globalNorm(-0) }), [
      "clip.maxNorm: expected a number above 0, got 0"
    ])
  })
})
