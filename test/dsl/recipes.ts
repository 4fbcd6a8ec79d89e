import * as fc from "fast-check"
import {
  Augment,
  Checkpoint,
  Clip,
  Dataset,
  Ema,
  Evaluate,
  LearningRate,
  type Length,
  Loss,
  Model,
  Optimizer,
  Recipe,
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

const model: fc.Arbitrary<Model.Model> = fc.oneof(
  fc.record({ size: fc.constantFrom<Model.Size>("n", "s", "m", "l", "x"), input: count }).map(Model.yolo),
  fc.record({
    depth: between(Number.MIN_VALUE, 64),
    width: between(Number.MIN_VALUE, 64),
    maxChannels: count,
    input: count
  }).map(Model.yolo)
)

const warmup: fc.Arbitrary<Warmup.Warmup> = every(
  fc.tuple(
    length,
    fc.record({ from: atLeastZero, biasFrom: atLeastZero, momentumFrom: belowOne }, { requiredKeys: [] })
  ),
  ([length, from]) => Warmup.linear({ ...length, ...from }),
  Warmup.none
)

/** Any recipe that validation accepts. */
export const recipes: fc.Arbitrary<Recipe.Recipe> = fc.record({
  data,
  model,
  schedule: schedules({ rate: atLeastZero, length }),
  warmup,
  length,
  loss: fc.record({ box: atLeastZero, class: atLeastZero, dfl: atLeastZero }, { requiredKeys: [] }).map(Loss.yoloV8),
  optimizer: fc.record({ momentum: belowOne, nesterov: fc.boolean(), weightDecay: atLeastZero }, {
    requiredKeys: ["momentum"]
  }).map(Optimizer.sgd),
  clip: every(aboveZero, Clip.globalNorm, Clip.off),
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
  checkpoint: every(length, Checkpoint.every, Checkpoint.atEnd),
  accepted: fc.array(fc.tuple(words, words), { maxLength: 2 })
}).map(({ accepted, ...options }) =>
  accepted.reduce((recipe, [rule, reason]) => Recipe.accept(rule, reason)(recipe), Recipe.make(options))
)
