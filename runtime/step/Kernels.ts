/**
 * The operations that an engine supplies for the forward interpreter, each with its own gradient. Tensors are NHWC.
 */
import type * as tf from "@tensorflow/tfjs-core"
import type { InPlace } from "./Update.ts"

/** A batch norm's result in training: the output, and the running statistics moved towards this batch's. */
export interface Normalised {
  readonly output: tf.Tensor4D
  readonly mean: tf.Tensor1D
  readonly variance: tf.Tensor1D
}

export interface Kernels {
  /** Absent where the update stage is made of ordinary operations. */
  readonly inPlace?: InPlace
  /**
   * Convolves with zero padding of `floor(kernel / 2)` on every side, as PyTorch does, for strides 1 and 2. An input that
   * is `fixed` needs no gradient; it outlives the step.
   */
  readonly convolution: (input: tf.Tensor4D, weight: tf.Tensor4D, stride: number, fixed?: boolean) => tf.Tensor4D
  readonly bias: (input: tf.Tensor4D, bias: tf.Tensor1D) => tf.Tensor4D
  /**
   * Normalises by the batch's own statistics and returns the new running ones: `(1 - momentum) * old + momentum * batch`,
   * the variance unbiased, as PyTorch keeps it. No gradient flows through the running statistics.
   */
  readonly batchNorm: (
    input: tf.Tensor4D,
    gamma: tf.Tensor1D,
    beta: tf.Tensor1D,
    mean: tf.Tensor1D,
    variance: tf.Tensor1D,
    options: { readonly epsilon: number; readonly momentum: number }
  ) => Normalised
  /** Computes `batchNorm` and SiLU behind it in one, where the engine has that. */
  readonly batchNormSilu?: Kernels["batchNorm"]
  /** Normalises by the running statistics. Has no gradient. */
  readonly batchNormInference: (
    input: tf.Tensor4D,
    gamma: tf.Tensor1D,
    beta: tf.Tensor1D,
    mean: tf.Tensor1D,
    variance: tf.Tensor1D,
    epsilon: number
  ) => tf.Tensor4D
  readonly silu: (input: tf.Tensor4D) => tf.Tensor4D
  /** Doubles height and width by repeating cells. */
  readonly upsample: (input: tf.Tensor4D) => tf.Tensor4D
  /** Takes the maximum over square windows at stride 1, padded so that the size stays. */
  readonly maxPool: (input: tf.Tensor4D, size: number) => tf.Tensor4D
}
