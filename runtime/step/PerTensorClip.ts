/**
 * Clip policies that scale every tensor, or every unit of one, by itself: in tensors, for eager and recorded steps alike.
 */
import * as tf from "@tensorflow/tfjs-core"
import type * as Clip from "../../dsl/Clip.ts"

/** A policy that looks at every tensor by itself. */
export type PerTensor = Extract<Clip.Clip, { readonly _tag: "PerLayer" | "Adaptive" }>

/** Keeps a division finite where a gradient is 0. */
const smallest = 1e-6

const lengthOf = (tensor: tf.Tensor, axes: ReadonlyArray<number> | undefined): tf.Tensor =>
  tf.sqrt(tf.sum(tf.square(tensor), axes === undefined ? undefined : [...axes], axes !== undefined))

/** A unit is an output channel, the last axis of a convolution or matrix; a vector is one as a whole. */
const unitAxes = ({ rank }: tf.Tensor): ReadonlyArray<number> | undefined =>
  rank < 2 ? undefined : Array.from({ length: rank - 1 }, (_, axis) => axis)

/**
 * Computes what a tensor's gradient is multiplied with, at most 1: one factor, or one for every unit.
 * `PerLayer` is 1 / max(1, RMS(g) / maxRms); `Adaptive` min(1, ratio max(|w|, floor) / max(|g|, 1e-6)).
 */
export const coefficient = (clip: PerTensor, weight: tf.Tensor, gradient: tf.Tensor): tf.Tensor => {
  if (clip._tag === "PerLayer") {
    const rms = tf.mul(lengthOf(gradient, undefined), Math.sqrt(1 / gradient.size))
    return tf.div(1, tf.maximum(1, tf.div(rms, clip.maxRms)))
  }
  const axes = unitAxes(weight)
  const bound = tf.mul(tf.maximum(lengthOf(weight, axes), clip.floor), clip.ratio)
  return tf.minimum(1, tf.div(bound, tf.maximum(lengthOf(gradient, axes), smallest)))
}

/** Counts the tensors, given their coefficients, of which at least one unit is scaled down. */
export const clippedTensors = (coefficients: ReadonlyArray<tf.Tensor>): tf.Scalar =>
  tf.sum(tf.stack(coefficients.map((factors) => tf.cast(tf.less(tf.min(factors), 1), "float32")))) as tf.Scalar
