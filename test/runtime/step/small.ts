import * as Clip from "../../../dsl/Clip.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import * as Parity from "../../../runtime/engine/tensorflow/Parity.ts"
import * as Yolo from "../../../runtime/nets/yolo/Yolo.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import type { NamedTensor, Scalars, State } from "../../../runtime/step/Step.ts"

/** A configuration that the formulas of `byHand.ts` are for. */
export type Stochastic = Configuration & { readonly optimizer: Optimizer.Sgd }

/** A YOLOv8 of an eighth of the width on 64 px, as a whole step is tested on. */
export const small: Stochastic = {
  graph: Yolo.build(Model.yolo({ depth: 0.33, width: 0.125, input: 64 }), ["circle", "square", "star"]),
  loss: Loss.yoloV8(),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  clip: Clip.off,
  ema: true,
  batch: 4,
  accumulate: 1,
  maxBoxes: 5,
  seed: 3,
  inject: null
}

/** The same network with every option of the update that can be off turned off. */
export const plain: Stochastic = { ...small, optimizer: Optimizer.sgd({ momentum: 0.9 }), ema: false }

/** Every scalar has a value of its own, so that none can stand in for another. */
export const scalars: Scalars = {
  learningRate: 0.01,
  biasLearningRate: 0.03,
  momentum: 0.9,
  clipBound: 4,
  clipInputs: [],
  emaDecay: 0.95,
  inject: [0, 0]
}

/** Without clipping, at rates at which rounding differences do not grow from step to step. */
export const unclipped: Scalars = { ...scalars, learningRate: 1e-3, biasLearningRate: 3e-3, clipBound: Infinity }

/** Draws batch number `index`; batches of different numbers share neither image nor box. */
export const batchOf = (configuration: Configuration, index: number): Batch =>
  Parity.exampleBatch({ ...configuration, seed: 1000 + index })

type Input = "images" | "boxes"

/** The same batch with one value replaced. */
export const withValue = (batch: Batch, input: Input, at: number, value: number): Batch => {
  const values = batch[input].slice()
  values[at] = value
  return { ...batch, [input]: values }
}

const parts = ["parameters", "optimizer", "buffers", "ema"] as const

/** Lists every tensor of a state under a name of its own. */
export const tensorsOf = (state: State): ReadonlyMap<string, NamedTensor> =>
  new Map(parts.flatMap((part) => state[part].map((tensor) => [`${part} ${tensor.name}`, tensor] as const)))

/** Names the tensors in which two states differ by at least one bit. */
export const changed = (before: State, after: State): ReadonlyArray<string> => {
  const others = tensorsOf(after)
  return [...tensorsOf(before)].flatMap(([name, { data }]) => {
    const other = others.get(name)?.data
    const same = other !== undefined && Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      .equals(Buffer.from(other.buffer, other.byteOffset, other.byteLength))
    return same ? [] : [name]
  })
}

/** The distance of two tensors relative to the length of the second. */
export const distance = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  let [off, length] = [0, 0]
  for (let index = 0; index < expected.length; index++) {
    off += ((actual[index] ?? NaN) - (expected[index] ?? NaN)) ** 2
    length += (expected[index] ?? NaN) ** 2
  }
  return Math.sqrt(off) / Math.max(Math.sqrt(length), 1e-6)
}

/** Finds the tensor in which two states are farthest apart, and by how much. */
export const farthest = (actual: State, expected: State): readonly [name: string, distance: number] => {
  const others = tensorsOf(actual)
  let worst: readonly [string, number] = ["", 0]
  for (const [name, { data }] of tensorsOf(expected)) {
    const off = distance(others.get(name)?.data ?? [], data)
    if (!(off <= worst[1])) worst = [name, off]
  }
  return worst
}
