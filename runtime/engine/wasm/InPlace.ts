/**
 * The update stage of one tensor in place, one call a tensor instead of a dozen operations.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { InPlace, Update } from "../../step/Update.ts"
import type { Backend } from "./Backend.ts"

const slotOf = (slots: ReadonlyArray<tf.Variable>, index: number): tf.Variable => {
  const slot = slots[index]
  if (slot === undefined) throw new Error(`the optimizer keeps no tensor ${index} of a parameter`)
  return slot
}

/** Makes the kernels of a loaded backend. */
export const make = ({ addressOf, simd }: Backend): InPlace => {
  const update: Update = (optimizer, { slots, weight }, gradient, rates) => {
    const { coefficient, correction, decay, learningRate, momentum } = rates
    const [to, by, count] = [addressOf(weight), addressOf(gradient), weight.size]
    const first = addressOf(slotOf(slots, 0))
    if (optimizer._tag === "Sgd") {
      simd.sgd(to, first, by, count, coefficient, learningRate, momentum, decay, optimizer.nesterov)
      return
    }
    const { beta2, epsilon } = optimizer
    const second = addressOf(slotOf(slots, 1))
    const [rate, root] = [learningRate / correction.first, 1 / Math.sqrt(correction.second)]
    const [coupled, kept] = optimizer._tag === "AdamW" ? [0, 1 - learningRate * decay] : [decay, 1]
    const moments = [momentum, 1 - momentum, beta2, 1 - beta2] as const
    simd.adam(to, first, second, by, count, coefficient, rate, ...moments, epsilon, root, coupled, kept)
  }
  return {
    update,
    norm: (tensors) =>
      tf.scalar(Math.sqrt(tensors.reduce((sum, tensor) => sum + simd.sumOfSquares(addressOf(tensor), tensor.size), 0))),
    approach: (mean, value, share) => simd.approach(addressOf(mean), addressOf(value), mean.size, share)
  }
}
