/**
 * What reaches into a pass at the outputs of the network's nodes: adds to what flows there, and looks at it.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Node } from "../graph/TrainingGraph.ts"

/** A node with what is added to its output, and to the gradient that flows back there. */
export interface Injected {
  readonly node: string
  readonly forward: tf.Scalar
  readonly backward: tf.Scalar
}

/** Looks at a tensor, which it neither keeps nor disposes. */
export type Look = (node: string, tensor: tf.Tensor) => void

/** Sees every node's output, and the gradient that arrives there, in the order in which they are computed. */
export interface Watch {
  readonly forward: Look
  readonly backward: Look
}

export interface Taps {
  readonly injected: Injected | null
  readonly watch: Watch | null
}

/** Leaves a pass alone. */
export const none: Taps = { injected: null, watch: null }

const watched = (node: string, value: tf.Tensor, look: Look): tf.Tensor =>
  tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (upstream: tf.Tensor) => {
      look(node, upstream)
      return upstream
    }
  }))(value)

const added = (value: tf.Tensor, { backward, forward }: Injected): tf.Tensor =>
  tf.customGrad((x) => ({
    value: tf.add(x as tf.Tensor, forward),
    gradFunc: (upstream: tf.Tensor) => tf.add(upstream, backward)
  }))(value)

/** Passes a node's output on to those that take it. What is injected there is seen there, in both directions. */
export const passed = ({ injected, watch }: Taps, { id, op }: Node, output: tf.Tensor): tf.Tensor => {
  // No gradient flows back to the images, which kernels know by their identity.
  if (op._tag === "Image") {
    watch?.forward(id, output)
    return output
  }
  const seen = watch === null ? output : watched(id, output, watch.backward)
  const value = injected?.node === id ? added(seen, injected) : seen
  watch?.forward(id, value)
  return value
}
