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
  type Length,
  Loss,
  Model,
  Monitor,
  Optimizer,
  Recipe,
  Remedy,
  Retry,
  Warmup
} from "../../dsl/index.ts"
import { schedules } from "./schedules.ts"

/** What a recipe must say, and nothing more. */
export const options = {
  data: Dataset.shapes({ train: 64, val: 16, seed: 7 }),
  model: Model.yolo({ size: "n", input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.01, final: 0.0001 }),
  batch: 8,
  length: { steps: 100 }
} satisfies Recipe.Options

export const recipe = Recipe.make(options)

/** An experiment's definition without its expectations. */
export const comparison = { question: "Which is better?", arms: { a: recipe, "b + c": recipe }, seeds: [0] }

/** The sum turns -0, which JSON cannot tell from 0, into 0. */
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true }).map((value) => value + 0)
const aboveZero = between(Number.MIN_VALUE, Number.MAX_VALUE)
const atLeastZero = between(0, Number.MAX_VALUE)
const belowOne = between(0, 1 - Number.EPSILON)
const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const words = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.trim() !== "")
const names = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/)
const every = <A, B>(of: fc.Arbitrary<A>, make: (value: A) => B, otherwise: B): fc.Arbitrary<B> =>
  fc.option(of.map(make)).map((made) => made ?? otherwise)

const length: fc.Arbitrary<Length.Length> = fc.oneof(
  fc.record({ steps: fc.integer({ min: 1, max: 1e9 }) }),
  fc.record({ epochs: between(Number.MIN_VALUE, 1e6) })
)

const data: fc.Arbitrary<Dataset.Dataset> = fc.oneof(
  fc.record({
    train: fc.integer({ min: 1, max: 1_000_000 }),
    val: fc.integer({ min: 1, max: 1_000_000 }),
    seed: fc.nat(),
    classes: fc.uniqueArray(fc.constantFrom<Dataset.Shape>("circle", "square", "triangle"), { minLength: 1 })
  }, { requiredKeys: ["train", "val", "seed"] }).map(Dataset.shapes),
  fc.record({
    name: names,
    classes: fc.uniqueArray(words, { minLength: 1, maxLength: 5 }),
    about: fc.string({ unit: "grapheme" }),
    strict: fc.boolean()
  }, { requiredKeys: ["name"] }).map(Dataset.yolo)
)

const weights: fc.Arbitrary<Parameters<typeof Model.from>[0]> = fc.oneof(
  fc.record({ run: names }),
  fc.record({ file: words, sha256: fc.stringMatching(/^[0-9a-f]{64}$/) }, { requiredKeys: ["file"] })
)

const random: fc.Arbitrary<Model.Model> = fc.oneof(
  fc.record({
    channels: fc.array(fc.integer({ min: 1, max: 4096 }), { minLength: 1, maxLength: 8 }),
    input: count
  }).map(Model.classifier),
  fc.record({ size: fc.constantFrom<Model.Size>("n", "s", "m", "l", "x"), input: count }).map(Model.yolo),
  fc.record({
    depth: between(Number.MIN_VALUE, 64),
    width: between(Number.MIN_VALUE, 64),
    maxChannels: count,
    input: count
  }).map(Model.yolo)
)

const model: fc.Arbitrary<Model.Model> = fc.oneof(
  random,
  fc.tuple(weights, random).map(([weights, model]) => Model.from(weights, model))
)

const loss: fc.Arbitrary<Loss.Loss> = fc.oneof(
  fc.record({ box: atLeastZero, class: atLeastZero, dfl: atLeastZero }, { requiredKeys: [] }).map(Loss.yoloV8),
  fc.record({ smoothing: belowOne }, { requiredKeys: [] }).map(Loss.binaryCrossEntropy)
)

const moments = fc.record({ beta1: belowOne, beta2: belowOne, epsilon: aboveZero, weightDecay: atLeastZero }, {
  requiredKeys: []
})

const optimizer: fc.Arbitrary<Optimizer.Optimizer> = fc.oneof(
  fc.record({ momentum: belowOne, nesterov: fc.boolean(), weightDecay: atLeastZero }, { requiredKeys: ["momentum"] })
    .map(Optimizer.sgd),
  moments.map(Optimizer.adam),
  moments.map(Optimizer.adamw)
)

const upTo = (most: number) => fc.integer({ min: 1, max: most })

const clip: fc.Arbitrary<Clip.Clip> = fc.oneof(
  fc.constant(Clip.off),
  aboveZero.map(Clip.globalNorm),
  aboveZero.map(Clip.perLayer),
  fc.record({ ratio: aboveZero, floor: aboveZero }, { requiredKeys: [] }).map(Clip.adaptive),
  fc.record({ percentile: between(Number.MIN_VALUE, 100), history: upTo(100_000) }, { requiredKeys: [] }).map(Clip.auto),
  fc.record({ threshold: aboveZero, decay: belowOne, warmup: upTo(100_000), maxNorm: fc.option(aboveZero) }, {
    requiredKeys: []
  }).map(Clip.zscore)
)

const earlyStop: fc.Arbitrary<EarlyStop.EarlyStop> = every(
  fc.record({
    evaluations: upTo(1_000_000),
    metric: fc.option(fc.constantFrom("map" as const, "map50" as const, "accuracy" as const)),
    delta: atLeastZero
  }, { requiredKeys: ["evaluations"] }),
  EarlyStop.patience,
  EarlyStop.off
)

const duration = fc.oneof(
  fc.constantFrom("1 second", "0.25 minutes", "24 days"),
  fc.tuple(fc.integer({ min: 1, max: 500 }), fc.constantFrom("seconds", "minutes", "hours")).map((parts) => parts.join(" "))
)

const host: fc.Arbitrary<Host.Host> = fc.record({
  memory: fc.option(
    fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 99 }), fc.constantFrom("MiB", "GiB", "TiB"))
      .map(([whole, part, unit]) => `${whole}.${part} ${unit}`)
  ),
  device: fc.constantFrom("any" as const, "cpu" as const, "gpu" as const),
  time: fc.option(duration),
  silence: duration
}, { requiredKeys: [] }).map(Host.make)

const warmup: fc.Arbitrary<Warmup.Warmup> = every(
  fc.tuple(
    length,
    fc.record({ from: atLeastZero, biasFrom: atLeastZero, momentumFrom: belowOne }, { requiredKeys: [] })
  ),
  ([length, from]) => Warmup.linear({ ...length, ...from }),
  Warmup.none
)

/** Any feed that validation accepts. */
export const feeds: fc.Arbitrary<Feed.Feed> = fc.record({
  quarantine: fc.array(words, { maxLength: 3 }),
  skip: fc.array(fc.record({ from: fc.nat(), steps: count }), { maxLength: 3 }),
  order: fc.nat()
}, { requiredKeys: [] }).map(Feed.make)

const optional = { requiredKeys: [] }
const factor = between(Number.MIN_VALUE, 1)
const grows = between(1, Number.MAX_VALUE)

/** Any remedy that validation accepts. */
export const remedies: fc.Arbitrary<Remedy.Remedy> = fc.oneof(
  fc.constantFrom(Remedy.quarantineSample, Remedy.halveBatch, Remedy.reorder),
  fc.record({ steps: fc.nat() }, optional).map(Remedy.rollBack),
  fc.record({ factor }, optional).map(Remedy.scaleLearningRate),
  fc.record({ factor, start: aboveZero }, optional).map(Remedy.tightenClip),
  fc.record({ factor: grows, least: length }, optional).map(Remedy.extendWarmup),
  fc.record({ steps: count }, optional).map(Remedy.skipBatches),
  fc.constantFrom("tensorflow" as const, "wasm" as const, null).map(Remedy.switchEngine)
)

const rung = fc.oneof(remedies, fc.tuple(remedies, remedies))

const change: fc.Arbitrary<Retry.Change> = fc.oneof(
  fc.constant(Retry.stop),
  fc.tuple(rung, fc.array(rung, { maxLength: 3 })).map(([first, others]) => Retry.climb(first, ...others)),
  fc.record({ attempts: upTo(100) }, optional).map(Retry.diagnose)
)

const repeat: fc.Arbitrary<Retry.Repeat> = fc.oneof(
  fc.constant(Retry.stop),
  fc.record({ times: upTo(100), first: duration, factor: grows, most: duration, jitter: between(0, 1) }, optional)
    .map(Retry.again)
)

/** Any retry that validation accepts. */
export const retries: fc.Arbitrary<Retry.Retry> = fc.oneof(
  fc.constantFrom(Retry.never, Retry.diagnosed()),
  fc.tuple(
    fc.record({
      NonFinite: change,
      Diverged: change,
      OutOfMemory: change,
      DataFault: change,
      EngineFault: change,
      WorkerLost: repeat,
      Preempted: repeat,
      Timeout: repeat
    }),
    fc.record({ trials: fc.record({ steps: fc.nat() }) }, optional)
  ).map(([decisions, options]) => Retry.on(decisions, options))
)

/** Any recipe that validation accepts. */
export const recipes: fc.Arbitrary<Recipe.Recipe> = fc.record({
  data,
  model,
  schedule: schedules({ rate: atLeastZero, length }),
  warmup,
  length,
  loss,
  optimizer,
  clip,
  dropout: every(belowOne, Dropout.share, Dropout.off),
  accumulate: every(upTo(10_000), Accumulate.batches, Accumulate.none),
  earlyStop,
  monitor: every(
    fc.tuple(length, fc.option(fc.boolean())),
    ([length, histograms]) => Monitor.every(histograms === null ? length : { ...length, histograms }),
    Monitor.off
  ),
  host,
  feed: feeds,
  retry: retries,
  ema: every(fc.record({ decay: belowOne, tau: aboveZero }, { requiredKeys: [] }), Ema.exponential, Ema.off),
  augment: every(
    fc.record({
      hue: between(0, 1),
      saturation: between(0, 1),
      value: between(0, 1),
      flip: between(0, 1),
      translate: between(0, 1),
      scale: belowOne,
      mosaic: between(0, 1),
      closing: length
    }, { requiredKeys: [] }),
    Augment.standard,
    Augment.off
  ),
  batch: count,
  evaluate: every(length, Evaluate.every, Evaluate.atEnd),
  checkpoint: every(
    fc.tuple(length, fc.option(count)),
    ([length, keep]) => Checkpoint.every(keep === null ? length : { ...length, keep }),
    Checkpoint.atEnd
  ),
  accepted: fc.array(fc.tuple(words, words), { maxLength: 2 })
}).map(({ accepted, ...options }) =>
  accepted.reduce((recipe, [rule, reason]) => Recipe.accept(rule, reason)(recipe), Recipe.make(options))
)
