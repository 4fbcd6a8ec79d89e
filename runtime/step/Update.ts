/**
 * The update stage on whole tensors, and its arithmetic in ordinary tensor operations.
 */
import * as tf from "@tensorflow/tfjs-core"
import type * as Optimizer from "../../dsl/Optimizer.ts"
import type { Correction } from "../optim/Moments.ts"

/** One parameter with the tensors that its optimizer keeps, in the order of `Moments.slots`. */
export interface Updated {
  readonly weight: tf.Variable
  readonly slots: ReadonlyArray<tf.Variable>
}

/** What one update of one parameter takes: the gradient is multiplied by `coefficient` first. */
export interface Rates {
  readonly coefficient: number
  readonly learningRate: number
  readonly momentum: number
  /** The optimizer's weight decay, or 0 where the parameter does not decay. */
  readonly decay: number
  readonly correction: Correction
}

/** Updates a parameter and its optimizer's tensors in place. */
export type Update = (
  optimizer: Optimizer.Optimizer,
  parameter: Updated,
  gradient: tf.Tensor,
  rates: Rates
) => void

/** The update stage's arithmetic on whole tensors, written over what was there. */
export interface InPlace {
  readonly update: Update
  /** The length of all tensors together. NaN or infinite where a value is. */
  readonly norm: (tensors: ReadonlyArray<tf.Tensor>) => tf.Scalar
  /** Moves a mean towards a value by a share of what lies between. */
  readonly approach: (mean: tf.Variable, value: tf.Tensor, share: number) => void
}

const slotOf = ({ slots }: Updated, index: number): tf.Variable => {
  const slot = slots[index]
  if (slot === undefined) throw new Error(`the optimizer keeps no tensor ${index} of a parameter`)
  return slot
}

const sgd = ({ nesterov }: Optimizer.Sgd, parameter: Updated, gradient: tf.Tensor, rates: Rates): void => {
  const momentum = slotOf(parameter, 0)
  const velocity = tf.add(tf.mul(momentum, rates.momentum), gradient)
  const direction = nesterov ? tf.add(gradient, tf.mul(velocity, rates.momentum)) : velocity
  momentum.assign(velocity)
  parameter.weight.assign(tf.sub(parameter.weight, tf.mul(direction, rates.learningRate)))
}

const adam = (
  { beta2, epsilon }: Optimizer.Adam | Optimizer.AdamW,
  parameter: Updated,
  gradient: tf.Tensor,
  { correction, learningRate, momentum }: Rates
): void => {
  const [first, second] = [slotOf(parameter, 0), slotOf(parameter, 1)]
  first.assign(tf.add(tf.mul(first, momentum), tf.mul(gradient, 1 - momentum)))
  second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)))
  const scale = tf.add(tf.mul(tf.sqrt(second), 1 / Math.sqrt(correction.second)), epsilon)
  parameter.weight.assign(tf.sub(parameter.weight, tf.mul(tf.div(first, scale), learningRate / correction.first)))
}

/** Updates as PyTorch's SGD, Adam and AdamW do: coupled decay is part of the gradient, AdamW's shrinks the weight. */
const update: Update = (optimizer, parameter, gradient, rates) =>
  tf.tidy(() => {
    const clipped = tf.mul(gradient, rates.coefficient)
    const { weight } = parameter
    if (optimizer._tag === "AdamW") {
      if (rates.decay !== 0) weight.assign(tf.mul(weight, 1 - rates.learningRate * rates.decay))
      adam(optimizer, parameter, clipped, rates)
      return
    }
    const decayed = rates.decay === 0 ? clipped : tf.add(clipped, tf.mul(weight, rates.decay))
    if (optimizer._tag === "Sgd") sgd(optimizer, parameter, decayed, rates)
    else adam(optimizer, parameter, decayed, rates)
  })

/** The update stage where an engine has nothing of its own for it. */
export const byOperations: InPlace = {
  update,
  norm: (tensors) => tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))))) as tf.Scalar,
  approach: (mean, value, share) => tf.tidy(() => mean.assign(tf.sub(mean, tf.mul(tf.sub(mean, value), share))))
}
