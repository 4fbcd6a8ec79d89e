import * as tf from "@tensorflow/tfjs-core"
import type { Node, TrainingGraph } from "../graph/TrainingGraph.ts"
import * as Fusion from "./Fusion.ts"
import type { Kernels } from "./Kernels.ts"
import * as Taps from "./Taps.ts"

/** Finds the tensor of an address such as `backbone.0.conv.weight`. */
export type TensorOf = (address: string) => tf.Tensor

export interface Outputs {
  /** [batch, anchors, 4 x regMax]; null where the network predicts no boxes. */
  readonly distances: tf.Tensor3D | null
  /** [batch, anchors, classes] */
  readonly logits: tf.Tensor3D
}

export interface Mode {
  readonly training: boolean
  /** What a dropout node multiplies its input with in training, by the node's id. */
  readonly masks: ReadonlyMap<string, tf.Tensor>
  /** Receives, in training, each running statistic's new value; the caller owns it. */
  readonly onBuffer: (address: string, value: tf.Tensor1D) => void
  readonly taps: Taps.Taps
}

/** Runs the network's nodes in order on a batch of images `[batch, height, width, 3]` and returns its two outputs. */
export const forward = (
  graph: TrainingGraph,
  kernels: Kernels,
  parameter: TensorOf,
  buffer: TensorOf,
  images: tf.Tensor4D,
  mode: Mode
): Outputs => {
  const values = new Map<string, tf.Tensor>()
  const valueOf = (id: string): tf.Tensor => {
    const value = values.get(id)
    if (value === undefined) throw new Error(`node "${id}" is used before it is computed`)
    return value
  }
  const fused = mode.training && kernels.batchNormSilu !== undefined ? Fusion.norms(graph) : new Set<string>()
  for (const node of graph.nodes) {
    const output = evaluate(node, node.inputs.map(valueOf), kernels, parameter, buffer, images, mode, fused)
    values.set(node.id, Taps.passed(mode.taps, node, output))
  }
  return {
    distances: graph.outputs.distances === null ? null : valueOf(graph.outputs.distances) as tf.Tensor3D,
    logits: valueOf(graph.outputs.logits) as tf.Tensor3D
  }
}

/** Averages every channel over the image. tfjs's own gradient would bake a constant of the image's size. */
const meanOver = (input: tf.Tensor4D): tf.Tensor4D => {
  const [, height, width] = input.shape
  const share = 1 / (height * width)
  return tf.customGrad((x) => ({
    value: tf.mul(tf.sum(x as tf.Tensor4D, [1, 2], true), share) as tf.Tensor4D,
    gradFunc: (gradient: tf.Tensor4D) => tf.tile(tf.mul(gradient, share), [1, height, width, 1])
  }))(input) as tf.Tensor4D
}

const evaluate = (
  node: Node,
  inputs: ReadonlyArray<tf.Tensor>,
  kernels: Kernels,
  parameter: TensorOf,
  buffer: TensorOf,
  images: tf.Tensor4D,
  mode: Mode,
  fused: ReadonlySet<string>
): tf.Tensor => {
  const op = node.op
  const input = inputs[0] as tf.Tensor4D
  switch (op._tag) {
    case "Image":
      return images
    case "Convolution":
      return kernels.convolution(input, parameter(`${node.id}.weight`) as tf.Tensor4D, op.stride, input === images)
    case "Bias":
      return kernels.bias(input, parameter(`${node.id}.bias`) as tf.Tensor1D)
    case "BatchNorm": {
      const gamma = parameter(`${node.id}.gamma`) as tf.Tensor1D
      const beta = parameter(`${node.id}.beta`) as tf.Tensor1D
      const mean = buffer(`${node.id}.mean`) as tf.Tensor1D
      const variance = buffer(`${node.id}.variance`) as tf.Tensor1D
      if (!mode.training) return kernels.batchNormInference(input, gamma, beta, mean, variance, op.epsilon)
      const batchNorm = (fused.has(node.id) ? kernels.batchNormSilu : undefined) ?? kernels.batchNorm
      const normalised = batchNorm(input, gamma, beta, mean, variance, op)
      mode.onBuffer(`${node.id}.mean`, normalised.mean)
      mode.onBuffer(`${node.id}.variance`, normalised.variance)
      return normalised.output
    }
    case "Silu":
      return node.inputs.some((id) => fused.has(id)) ? input : kernels.silu(input)
    case "Add":
      return tf.add(input, inputs[1] as tf.Tensor4D)
    case "Slice":
      return tf.slice(input, [0, 0, 0, op.begin], [-1, -1, -1, op.size])
    case "Concat":
      return tf.concat(inputs as Array<tf.Tensor4D>, 3)
    case "MaxPool":
      return kernels.maxPool(input, op.size)
    case "Upsample":
      return kernels.upsample(input)
    case "Mean":
      return meanOver(input)
    case "Dropout": {
      if (!mode.training) return input
      const mask = mode.masks.get(node.id)
      if (mask === undefined) throw new Error(`dropout "${node.id}" has no mask`)
      return tf.mul(input, mask)
    }
    case "Levels":
      return tf.concat(
        (inputs as ReadonlyArray<tf.Tensor4D>).map((level) => tf.reshape(level, [images.shape[0], -1, level.shape[3]])),
        1
      )
  }
}
