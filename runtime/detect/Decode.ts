/**
 * From the network's distance distributions to boxes. Every side's distance from the anchor is the mean of a
 * distribution over whole strides 0, 1, … (Li et al., Generalized Focal Loss, 2020).
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Anchors } from "./Anchors.ts"
import type { Corners } from "./Boxes.ts"

export interface Distribution {
  /** `[batch, anchors, 4, bins]`, in the order left, top, right, bottom. */
  readonly probabilities: tf.Tensor4D
  /** The logits less each distribution's largest, and the logarithm of the sum of their exponentials. */
  readonly shifted: tf.Tensor4D
  readonly logSum: tf.Tensor4D
  /** `[batch, anchors, 4]`, in strides. */
  readonly expected: tf.Tensor3D
}

/** The distances that bins stand for: 0, 1, …, in strides. */
export const bins = (count: number): tf.Tensor1D => tf.range(0, count)

/** Reads logits `[batch, anchors, 4 x bins]` as four distributions each. */
export const distribution = (distances: tf.Tensor3D): Distribution => {
  const [batch, anchors, channels] = distances.shape
  const logits = tf.reshape(distances, [batch, anchors, 4, channels / 4])
  const shifted = tf.sub<tf.Tensor4D>(logits, tf.max(logits, 3, true))
  const exponentials = tf.exp(shifted)
  const sum = tf.sum<tf.Tensor4D>(exponentials, 3, true)
  const probabilities = tf.div<tf.Tensor4D>(exponentials, sum)
  // Not a product of matrices: GPUs round the factors of those to 10 bits.
  const expected = tf.sum<tf.Tensor3D>(tf.mul(probabilities, bins(channels / 4)), 3)
  return { probabilities, shifted, logSum: tf.log(sum), expected }
}

/** Lays the anchors out by axis: centres `[2, 1, anchors]` in strides, strides `[anchors]` in pixels. */
export const anchorTensors = (
  anchors: Pick<Anchors, "centres" | "strides">
): { readonly centres: tf.Tensor3D; readonly strides: tf.Tensor1D } => {
  const count = anchors.strides.length
  const byAxis = Float32Array.from(
    { length: 2 * count },
    (_, index) => anchors.centres[(index % count) * 2 + Math.floor(index / count)] ?? NaN
  )
  return { centres: tf.tensor3d(byAxis, [2, 1, count]), strides: tf.tensor1d(anchors.strides) }
}

/** Turns distances `[batch, anchors, 4]` from the centres `[2, 1, anchors]` into corners `[2, batch, anchors]`. */
export const cornersAround = (centres: tf.Tensor, distances: tf.Tensor3D): Corners => {
  const [batch, anchors] = distances.shape
  const sides = tf.transpose(distances, [2, 0, 1])
  return {
    low: tf.sub(centres, tf.slice(sides, [0, 0, 0], [2, batch, anchors])),
    high: tf.add(centres, tf.slice(sides, [2, 0, 0], [2, batch, anchors]))
  }
}

/** Decodes logits `[batch, anchors, 4 x bins]` into boxes x1 y1 x2 y2 `[batch, anchors, 4]` in pixels of the input. */
export const pixels = (distances: tf.Tensor3D, anchors: Pick<Anchors, "centres" | "strides">): tf.Tensor3D => {
  const { centres, strides } = anchorTensors(anchors)
  const { high, low } = cornersAround(centres, distribution(distances).expected)
  return tf.transpose(tf.mul<tf.Tensor3D>(tf.concat([low, high], 0), strides), [1, 2, 0])
}
