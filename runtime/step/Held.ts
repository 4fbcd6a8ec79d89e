/**
 * What the batches of a step have come to so far.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Backward } from "./Backward.ts"

/** Sums of gradients and losses, and the statistics as the batches moved them. Every tensor is kept until its release. */
export interface Held {
  readonly gradients: ReadonlyMap<string, tf.Tensor>
  readonly buffers: ReadonlyMap<string, tf.Tensor1D>
  /** The loss and its parts. */
  readonly losses: tf.Tensor1D
  readonly batches: number
}

/**
 * Adds a batch to those that are held already, if any, which stay as they are. Whatever else `evaluate` makes is freed.
 */
export const joined = (held: Held | null, evaluate: () => Backward): Held =>
  tf.tidy(() => {
    const { buffers, gradients, loss, parts } = evaluate()
    const losses = tf.stack([loss, ...parts]) as tf.Tensor1D
    tf.dispose([...parts])
    const sums = new Map<string, tf.Tensor>()
    for (const [address, gradient] of gradients) {
      const before = held?.gradients.get(address)
      sums.set(address, tf.keep(before === undefined ? gradient : tf.add(before, gradient)))
    }
    return {
      gradients: sums,
      buffers,
      losses: tf.keep(held === null ? losses : tf.add(held.losses, losses)),
      batches: (held?.batches ?? 0) + 1
    } as unknown as tf.TensorContainer
  }) as unknown as Held

/** Finds the gradients' means over the batches. */
export const gradients = ({ batches, gradients: sums }: Held): ReadonlyMap<string, tf.Tensor> =>
  batches === 1 ? sums : new Map([...sums].map(([address, sum]) => [address, tf.mul(sum, 1 / batches)]))

/** Finds the means of the loss and its parts over the batches. */
export const losses = ({ batches, losses: sums }: Held): tf.Tensor1D => tf.div(sums, batches)

/** Tells whether every running statistic is finite: 1 or 0. */
export const soundStatistics = ({ buffers }: Held): tf.Scalar =>
  tf.cast(tf.all(tf.isFinite(tf.concat([...buffers.values()]))), "float32") as tf.Scalar

/** Frees what is held. */
export const release = (held: Held | null): void => {
  if (held !== null) tf.dispose([...held.gradients.values(), ...held.buffers.values(), held.losses])
}
