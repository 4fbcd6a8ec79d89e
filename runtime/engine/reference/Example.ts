/**
 * The small network on which whole steps are checked: its start state and batches follow from formulas that
 * test/reference/engine.py computes as well.
 */
import * as Clip from "../../../dsl/Clip.ts"
import * as LossGains from "../../../dsl/Loss.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import type { Batch } from "../../data/Batch.ts"
import { buffers, parameters, sizeOf } from "../../graph/TrainingGraph.ts"
import * as Moments from "../../optim/Moments.ts"
import * as Yolo from "../../nets/yolo/Yolo.ts"
import type { Configuration } from "../../step/Configuration.ts"
import type { NamedTensor, State } from "../../step/Step.ts"
import * as Stored from "./Stored.ts"

const { batch, maxBoxes, network, steps, weightDecay } = Stored.steps

/** The gains of the loss's parts. */
export const gains = LossGains.yoloV8()

export const configuration: Configuration = {
  graph: Yolo.build(Model.yolo(network), ["first", "second"]),
  loss: gains,
  optimizer: Optimizer.sgd({ momentum: 0.9, nesterov: true, weightDecay }),
  clip: Clip.off,
  ema: true,
  batch,
  accumulate: 1,
  maxBoxes,
  seed: 0,
  inject: null
}

/** Draws numbers in [-1, 1) by a key, 12 bits each: FNV-1a of the key, then MurmurHash3's finaliser for every index. */
export const hashed = (key: string, count: number): Float64Array => {
  let start = 0x811c9dc5
  for (let index = 0; index < key.length; index++) start = Math.imul(start ^ key.charCodeAt(index), 0x01000193)
  const values = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    let bits = (Math.imul(index, 0x9e3779b1) + start) | 0
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    values[index] = ((bits ^ (bits >>> 16)) >>> 20) / 2048 - 1
  }
  return values
}

/** Middle and half width of the values that a kind of tensor starts with. */
const ranges = { gamma: [1, 0.25], beta: [0, 0.25], bias: [-2, 0.5], mean: [0, 0.25], variance: [0.25, 0.125] } as const

/** Finds how far the start values of a tensor spread around their middle. */
export const spread = (address: string, shape: ReadonlyArray<number>): number => {
  const kind = address.slice(address.lastIndexOf(".") + 1)
  return kind === "weight" ? 1 / Math.sqrt(sizeOf(shape.slice(0, 3))) : ranges[kind as keyof typeof ranges][1]
}

/** Boxes of about 20 pixels on every level, so that anchors of all levels answer for some. */
const boxBias = (address: string, index: number): number => {
  const reach = 10 / (configuration.graph.strides[Number(address.split(".")[2])] ?? NaN)
  return Math.max(-(((index % configuration.graph.regMax) - reach) ** 2), -6)
}

const middle = (address: string): (index: number) => number => {
  const kind = address.slice(address.lastIndexOf(".") + 1)
  if (kind === "weight") return () => 0
  if (kind === "bias" && address.startsWith("head.box.")) return (index) => boxBias(address, index)
  return () => ranges[kind as keyof typeof ranges][0]
}

const tensorOf = (address: string, shape: ReadonlyArray<number>): NamedTensor => {
  const noise = hashed(address, sizeOf(shape))
  const [centre, width] = [middle(address), spread(address, shape)]
  return { name: address, shape, data: new Float32Array(noise.map((value, index) => centre(index) + width * value)) }
}

const computeStart = (): State => {
  const { graph } = configuration
  const weights = parameters(graph).map(({ address, tensor }) => tensorOf(address, tensor.shape))
  const running = buffers(graph).map(({ address, tensor }) => tensorOf(address, tensor.shape))
  return {
    updates: 0,
    parameters: weights,
    optimizer: weights.map(({ data, name, shape }) => ({
      name: Moments.addressOf(name, "momentum"),
      shape,
      data: new Float32Array(data.length)
    })),
    buffers: running,
    ema: [...weights, ...running]
  }
}

let start: State | undefined

/** The state before the first step, computed once. The average equals what it averages; the momenta are zero. */
export const startState = (): State => start ??= computeStart()

/** Computes a step's images `[batch, input, input, 3]`: patches of 8 pixels and noise over them. */
export const images = (step: number): Float32Array => {
  const size = network.input
  const noise = hashed(`noise ${step}`, batch * size * size * 3)
  const patches = hashed(`patches ${step}`, (batch * size * size * 3) / 64)
  return Float32Array.from(noise, (value, flat) => {
    const [channel, column] = [flat % 3, Math.floor(flat / 3) % size]
    const [row, image] = [Math.floor(flat / (3 * size)) % size, Math.floor(flat / (3 * size * size))]
    const patch = ((image * (size / 8) + Math.floor(row / 8)) * (size / 8) + Math.floor(column / 8)) * 3 + channel
    return 0.5 + 0.375 * (patches[patch] ?? NaN) + 0.125 * value
  })
}

/** Lays out a stored step's batch. */
export const batchOf = (step: number): Batch => {
  const stored = steps[step]
  if (stored === undefined) throw new Error(`no values are stored for step ${step}`)
  return {
    epoch: 0,
    index: step,
    images: images(step),
    boxes: Float32Array.from(stored.boxes),
    classes: Int32Array.from(stored.classes),
    present: Float32Array.from(stored.present),
    samples: []
  }
}
