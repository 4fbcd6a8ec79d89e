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

/**
 * Estimates FLOPs and memory of a training step. A backward pass costs twice its forward pass (one product for the
 * inputs' gradients, one for the weights'), so a step is three forwards. Activations counts every node's output once,
 * for the batch, because the backward pass needs it; an engine's workspace comes on top and is not counted.
 */
export const of = (graph: TrainingGraph, options: { readonly batch: number; readonly ema: boolean }): Cost => {
  const trainable = parameters(graph).reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0)
  const running = buffers(graph).reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0)
  const flops = graph.nodes.reduce((sum, node) => sum + node.flops, 0)
  const outputs = graph.nodes.reduce((sum, node) => sum + sizeOf(node.shape), 0)
  const weights = (trainable + running) * (options.ema ? 2 : 1) * bytesPerFloat
  const optimizer = trainable * bytesPerFloat
  const activations = outputs * options.batch * bytesPerFloat
  return {
    parameters: trainable,
    flops,
    flopsPerStep: 3 * flops * options.batch,
    memory: { weights, optimizer, activations, total: weights + optimizer + activations }
  }
}
