import { buffers, parameters, sizeOf, type TrainingGraph } from "./TrainingGraph.ts"

const bytesPerFloat = 4

/** What one training costs, read off the graph alone. FLOPs are 2 x multiply-adds; memory is in bytes. */
export interface Cost {
  readonly parameters: number
  readonly flops: number
  readonly flopsPerStep: number
  readonly memory: {
    readonly weights: number
    readonly optimizer: number
    readonly activations: number
    readonly total: number
  }
}

/** What of a recipe decides its cost besides the graph: `slots` counts the optimizer's tensors for a parameter. */
export interface Options {
  readonly batch: number
  readonly accumulate: number
  readonly slots: number
  readonly ema: boolean
}

/**
 * Estimates FLOPs and memory of a training step. A backward pass costs twice its forward pass (one product for the
 * inputs' gradients, one for the weights'), so a step is three forwards. Activations counts every node's output once,
 * for the batch, because the backward pass needs it; an engine's workspace comes on top and is not counted.
 */
export const of = (graph: TrainingGraph, options: Options): Cost => {
  const trainable = parameters(graph).reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0)
  const running = buffers(graph).reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0)
  const flops = graph.nodes.reduce((sum, node) => sum + node.flops, 0)
  const outputs = graph.nodes.reduce((sum, node) => sum + sizeOf(node.shape), 0)
  const weights = (trainable + running) * (options.ema ? 2 : 1) * bytesPerFloat
  // A step of several batches keeps the sum of their gradients beside the optimizer's own tensors.
  const optimizer = trainable * (options.slots + (options.accumulate > 1 ? 1 : 0)) * bytesPerFloat
  const activations = outputs * options.batch * bytesPerFloat
  return {
    parameters: trainable,
    flops,
    flopsPerStep: 3 * flops * options.batch * options.accumulate,
    memory: { weights, optimizer, activations, total: weights + optimizer + activations }
  }
}
