import type * as Optimizer from "../../dsl/Optimizer.ts"
import { buffers, parameters, sizeOf, type TrainingGraph } from "../graph/TrainingGraph.ts"
import * as Moments from "../optim/Moments.ts"
import * as Random from "../data/Random.ts"
import type { NamedTensor, State } from "./Step.ts"

/**
 * Draws the state before the first step: weights from the seed and their address alone, so that one network's weights
 * do not depend on what else the graph holds; the optimizer's tensors at zero; the average equal to what it averages.
 */
export const initialState = (
  graph: TrainingGraph,
  options: { readonly seed: number; readonly ema: boolean; readonly optimizer: Optimizer.Optimizer }
): State => {
  const weights = parameters(graph).map(({ address, tensor }): NamedTensor => {
    const data = new Float32Array(sizeOf(tensor.shape))
    const { initial } = tensor
    if (initial._tag === "Constant") data.fill(initial.value)
    else {
      const stream = Random.stream(options.seed, "weights", address)
      for (let index = 0; index < data.length; index++) data[index] = (2 * stream.uniform() - 1) * initial.bound
    }
    return { name: address, shape: tensor.shape, data }
  })
  const running = buffers(graph).map(({ address, tensor }): NamedTensor => ({
    name: address,
    shape: tensor.shape,
    data: new Float32Array(sizeOf(tensor.shape)).fill(tensor.value)
  }))
  return {
    updates: 0,
    parameters: weights,
    optimizer: Moments.slots(options.optimizer).flatMap((slot) =>
      weights.map(({ data, name, shape }): NamedTensor => ({
        name: Moments.addressOf(name, slot),
        shape,
        data: new Float32Array(data.length)
      }))
    ),
    buffers: running,
    ema: options.ema ? [...weights, ...running].map((tensor) => ({ ...tensor, data: tensor.data.slice() })) : []
  }
}
