/**
 * Trainings of a small classifier that PyTorch went through before, from weights, images and classes that both sides
 * compute from whole numbers.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as ClipPolicy from "../../../dsl/Clip.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import { buffers, parameters, sizeOf } from "../../../runtime/graph/TrainingGraph.ts"
import * as Classifier from "../../../runtime/nets/classifier/Classifier.ts"
import * as Clip from "../../../runtime/optim/Clip.ts"
import * as Moments from "../../../runtime/optim/Moments.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import type { NamedTensor, Scalars, State, Step, StepOutcome } from "../../../runtime/step/Step.ts"
import { noises } from "./reference.ts"

/** One training: the mean loss and the norm of every step, and how the state ended. */
export interface Training {
  readonly optimizer: Optimizer.Optimizer
  readonly clip: ClipPolicy.Clip
  readonly accumulate: number
  readonly steps: ReadonlyArray<readonly [loss: number, gradNorm: number]>
  readonly end: Readonly<Record<string, ReadonlyArray<number>>>
}

interface Fixture {
  readonly setting: {
    readonly input: number
    readonly channels: ReadonlyArray<number>
    readonly classes: number
    readonly batch: number
    readonly smoothing: number
    readonly learningRate: number
    readonly biasLearningRate: number
  }
  readonly loss: { readonly smoothing: number; readonly loss: number; readonly gradient: ReadonlyArray<number> }
  readonly trainings: ReadonlyArray<Training>
}

/** Made by test/reference/optimizers.py. */
export const fixture = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "../../fixtures/step/classifier.json"), "utf8")
) as Fixture

const { setting } = fixture
const classes = Array.from({ length: setting.classes }, (_, index) => `class ${index}`)

/** Lays out the classifier, with as much dropout as is wanted. */
export const graphOf = (dropout: number) =>
  Classifier.build(Model.classifier({ channels: setting.channels, input: setting.input }), classes, dropout)

/** A classifier on 8 px whose step takes next to no time. */
export const tiny: Configuration = {
  graph: graphOf(0),
  loss: Loss.binaryCrossEntropy({ smoothing: setting.smoothing }),
  optimizer: Optimizer.adamw({ beta2: 0.95, weightDecay: 0.05 }),
  clip: ClipPolicy.off,
  ema: true,
  batch: setting.batch,
  accumulate: 1,
  maxBoxes: setting.classes,
  seed: 5,
  inject: null
}

/** The configuration of a training that PyTorch went through. */
export const configurationOf = ({ accumulate, clip, optimizer }: Training): Configuration => ({
  ...tiny,
  accumulate,
  clip,
  optimizer,
  ema: false
})

const startOf = (address: string, size: number): Float32Array =>
  noises(address, size).map((value) => (/\.(gamma|variance)$/.test(address) ? 1 : 0) + value / 4)

/** The state that the trainings start from, where a configuration keeps no average. */
export const start = (configuration: Configuration): State => {
  const tensorOf = (address: string, shape: ReadonlyArray<number>): NamedTensor => ({
    name: address,
    shape,
    data: startOf(address, sizeOf(shape))
  })
  const weights = parameters(configuration.graph).map(({ address, tensor }) => tensorOf(address, tensor.shape))
  return {
    updates: 0,
    parameters: weights,
    optimizer: Moments.slots(configuration.optimizer).flatMap((slot) =>
      weights.map(({ data, name, shape }) => ({
        name: Moments.addressOf(name, slot),
        shape,
        data: new Float32Array(data.length)
      }))
    ),
    buffers: buffers(configuration.graph).map(({ address, tensor }) => tensorOf(address, tensor.shape)),
    ema: []
  }
}

/** Batch number `index`: noise, brighter in some batches than in others, and on every image a box of each class shown. */
export const batchOf = (index: number): Batch => {
  const { batch, input } = setting
  const rows = batch * setting.classes
  return {
    epoch: 0,
    index,
    images: noises(`images ${index}`, batch * input * input * 3).map((value) => (value + 1) / 2 * (1 + index % 4)),
    boxes: new Float32Array(rows * 4).fill(1),
    classes: Int32Array.from({ length: rows }, (_, row) => row % setting.classes),
    present: noises(`classes ${index}`, rows).map((value) => value > 0 ? 1 : 0),
    samples: []
  }
}

const { biasLearningRate, learningRate } = setting

/** What a step is given: the rates of the trainings, and what the policy makes of its memory. */
export const scalarsOf = ({ clip, optimizer }: Configuration, memory: Clip.Memory = Clip.start(clip)): Scalars => ({
  learningRate,
  biasLearningRate,
  momentum: Moments.momentum(optimizer),
  clipBound: Clip.fixedBound(clip),
  clipInputs: Clip.inputs(clip, memory),
  emaDecay: 0.9,
  inject: [0, 0]
})

/** Takes the steps `from` to `to` as the loop does: with all of their batches, and with a policy that remembers. */
export const train = (
  step: Step,
  configuration: Configuration,
  from: number,
  to: number,
  memory: Clip.Memory = Clip.start(configuration.clip)
): { readonly outcomes: ReadonlyArray<StepOutcome>; readonly memory: Clip.Memory } => {
  const { accumulate, clip } = configuration
  const outcomes: Array<StepOutcome> = []
  let remembered = memory
  for (let index = from; index < to; index++) {
    for (let batch = 0; batch < accumulate - 1; batch++) step.accumulate(batchOf(index * accumulate + batch))
    const outcome = step.run(batchOf((index + 1) * accumulate - 1), scalarsOf(configuration, remembered))
    remembered = Clip.remember(clip, remembered, outcome.gradNorm)
    outcomes.push(outcome)
  }
  return { outcomes, memory: remembered }
}
