/**
 * A training that PyTorch went through before: five steps of a small YOLOv8 from weights, images and boxes that both
 * sides compute from whole numbers.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Clip from "../../../dsl/Clip.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import { buffers, parameters, sizeOf } from "../../../runtime/graph/TrainingGraph.ts"
import * as Yolo from "../../../runtime/nets/yolo/Yolo.ts"
import type { Configuration } from "../../../runtime/step/Configuration.ts"
import type { NamedTensor, Scalars, State } from "../../../runtime/step/Step.ts"

interface Setting {
  readonly input: number
  readonly width: number
  readonly depth: number
  readonly classes: number
  readonly batch: number
  readonly columns: number
  readonly momentum: number
  readonly weightDecay: number
  readonly learningRate: number
  readonly biasLearningRate: number
  readonly clipBound: number
}

interface Fixture {
  readonly setting: Setting
  readonly steps: ReadonlyArray<{
    readonly loss: number
    readonly box: number
    readonly class: number
    readonly dfl: number
    readonly gradNorm: number
  }>
  /** By address: the length of the whole change, and its product with a noise of the address. */
  readonly changes: Readonly<Record<string, readonly [length: number, product: number]>>
}

/** Made by test/reference/step.py. */
export const fixture = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "../../fixtures/step/training.json"), "utf8")
) as Fixture

const { setting } = fixture

export const configuration: Configuration = {
  graph: Yolo.build(
    Model.yolo({ depth: setting.depth, width: setting.width, input: setting.input }),
    Array.from({ length: setting.classes }, (_, index) => `class ${index}`)
  ),
  loss: Loss.yoloV8(),
  optimizer: Optimizer.sgd({ momentum: setting.momentum, nesterov: true, weightDecay: setting.weightDecay }),
  clip: Clip.off,
  ema: false,
  accumulate: 1,
  batch: setting.batch,
  maxBoxes: setting.columns,
  seed: 0,
  inject: null
}

export const scalars: Scalars = { ...setting, clipInputs: [], emaDecay: 0, inject: [0, 0] }

/** FNV-1a over the text's characters. */
const textHash = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/** Draws number `index` of a key, in [-1, 1) and exact in float32. */
const noise = (key: number, index: number): number => {
  let bits = (key + Math.imul(index, 0x9e3779b1)) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (((bits ^ (bits >>> 16)) >>> 8) - 0x80_0000) / 0x80_0000
}

/** Draws numbers in [-1, 1), exact in float32, by a name: the same ones that test/reference/step.py draws. */
export const noises = (name: string, size: number): Float32Array => {
  const key = textHash(name)
  return Float32Array.from({ length: size }, (_, index) => noise(key, index))
}

const startOf = (name: string, shape: ReadonlyArray<number>): Float32Array => {
  const values = noises(name, sizeOf(shape))
  if (name.endsWith("conv.weight")) {
    const bound = 1 / Math.sqrt(sizeOf(shape.slice(0, 3)))
    return values.map((value) => value * bound)
  }
  if (name.endsWith("gamma") || name.endsWith("variance")) return values.map((value) => 1 + value / 4)
  if (name.endsWith("bias.bias")) {
    // Few objects, and boxes of about a stride, so that every level of the head has its share of the loss.
    const classes = name.startsWith("head.class")
    return values.map((value, index) => (classes ? -4 : -(index % 16)) + value / 4)
  }
  return values.map((value) => value / 4)
}

/** The state that the training starts from. */
export const start = (): State => {
  const tensors = (all: ReadonlyArray<{ readonly address: string; readonly shape: ReadonlyArray<number> }>) =>
    all.map(({ address, shape }): NamedTensor => ({ name: address, shape, data: startOf(address, shape) }))
  const { graph } = configuration
  const weights = tensors(parameters(graph).map(({ address, tensor }) => ({ address, shape: tensor.shape })))
  return {
    updates: 0,
    parameters: weights,
    optimizer: weights.map(({ data, name, shape }) => ({
      name: `${name}/momentum`,
      shape,
      data: new Float32Array(data.length)
    })),
    buffers: tensors(buffers(graph).map(({ address, tensor }) => ({ address, shape: tensor.shape }))),
    ema: []
  }
}

/** Batch number `step`: noise, and in image i boxes in its first `1 + i` columns. */
export const batchOf = (step: number): Batch => {
  const { batch, classes, columns, input } = setting
  const images = noises(`images ${step}`, batch * input * input * 3).map((value) => (value + 1) / 2)
  const draws = noises(`boxes ${step}`, batch * columns * 4)
  const drawn = (row: number, side: number): number => ((draws[row * 4 + side] ?? NaN) + 1) / 2
  const boxes = new Float32Array(batch * columns * 4)
  const present = new Float32Array(batch * columns)
  const kinds = new Int32Array(batch * columns)
  for (let row = 0; row < batch * columns; row++) {
    if (row % columns > Math.floor(row / columns)) continue
    const [width, height] = [input * (0.25 + drawn(row, 2) / 2), input * (0.25 + drawn(row, 3) / 2)]
    const [x, y] = [drawn(row, 0) * (input - width), drawn(row, 1) * (input - height)]
    boxes.set([x, y, x + width, y + height], row * 4)
    present[row] = 1
    kinds[row] = row % classes
  }
  return { epoch: 0, index: step, images, boxes, classes: kinds, present, samples: [] }
}

/** What the fixture says of a tensor: how long its change is, and the change's product with a noise. */
export const changeOf = (name: string, before: Float32Array, after: Float32Array): readonly [number, number] => {
  const direction = noises(`change of ${name}`, before.length)
  let [square, product] = [0, 0]
  after.forEach((value, index) => {
    const change = value - (before[index] ?? NaN)
    square += change * change
    product += change * (direction[index] ?? NaN)
  })
  return [Math.sqrt(square), product]
}
