import type { Group } from "../../../runtime/graph/TrainingGraph.ts"
import { parameters } from "../../../runtime/graph/TrainingGraph.ts"
import type { NamedTensor, Scalars, State } from "../../../runtime/step/Step.ts"
import type { Stochastic } from "./small.ts"

/** What a step works from besides the old state: gradients and new running statistics, by address. */
export interface Found {
  readonly gradients: ReadonlyMap<string, Float32Array>
  readonly buffers: ReadonlyMap<string, Float32Array>
}

/** The global norm of gradients, in double precision. */
export const normOf = (gradients: Found["gradients"]): number =>
  Math.sqrt(
    [...gradients.values()].reduce((sum, values) => values.reduce((rest, value) => rest + value * value, sum), 0)
  )

/**
 * Updates a state number by number, as torch's clip_grad_norm_ and SGD say, then the average. Weight decay is added to
 * the clipped gradient of convolution weights; biases have a rate of their own.
 */
export const updated = (
  { ema, graph, optimizer }: Stochastic,
  old: State,
  found: Found,
  scalars: Scalars
): State => {
  const coefficient = Math.min(1, scalars.clipBound / (normOf(found.gradients) + 1e-6))
  const groups = new Map<string, Group>(parameters(graph).map(({ address, tensor }) => [address, tensor.group]))
  const momenta = new Map(old.optimizer.map(({ data, name }) => [name, data]))
  const momentumOf = (name: string): string => `${name}/momentum`
  const optimized: Array<NamedTensor> = []
  const weights = old.parameters.map(({ data, name, shape }): NamedTensor => {
    const gradient = found.gradients.get(name) ?? new Float32Array()
    const momentum = new Float32Array(data.length)
    const weight = data.map((value, index) => {
      const decay = groups.get(name) === "weights" ? optimizer.weightDecay * value : 0
      const slope = (gradient[index] ?? NaN) * coefficient + decay
      const velocity = scalars.momentum * (momenta.get(momentumOf(name))?.[index] ?? NaN) + slope
      momentum[index] = velocity
      const direction = optimizer.nesterov ? slope + scalars.momentum * velocity : velocity
      return value - direction * (groups.get(name) === "biases" ? scalars.biasLearningRate : scalars.learningRate)
    })
    optimized.push({ name: momentumOf(name), shape, data: momentum })
    return { name, shape, data: weight }
  })
  const buffers = old.buffers.map((tensor) => ({
    ...tensor,
    data: found.buffers.get(tensor.name) ?? new Float32Array()
  }))
  const current = new Map([...weights, ...buffers].map(({ data, name }) => [name, data]))
  const averages = !ema ? [] : old.ema.map((tensor) => ({
    ...tensor,
    data: tensor.data.map((mean, index) =>
      mean * scalars.emaDecay + (current.get(tensor.name)?.[index] ?? NaN) * (1 - scalars.emaDecay)
    )
  }))
  return { updates: old.updates + 1, parameters: weights, optimizer: optimized, buffers, ema: averages }
}
