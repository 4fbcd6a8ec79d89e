/**
 * The network's operations out of tfjs's own, with gradients that tfjs's wasm backend can compute: what the engine's own
 * kernels are measured against, and what computes where there is none.
 */
import * as tf from "@tensorflow/tfjs-core"
import type * as Kernels from "../../step/Kernels.ts"
import { silu } from "../../step/Silu.ts"
import * as Convolution from "./Convolution.ts"

const convolution: Kernels.Kernels["convolution"] = (input, weight, stride) =>
  tf.customGrad((x, w, save) => {
    const [image, kernel] = [x as tf.Tensor4D, w as tf.Tensor4D]
    ;(save as tf.GradSaveFunc)([image, kernel])
    return {
      value: Convolution.forward(image, kernel, stride),
      gradFunc: (upstream: tf.Tensor4D, saved: Array<tf.Tensor>) => {
        const [image, kernel] = saved as [tf.Tensor4D, tf.Tensor4D]
        return [
          Convolution.byInput(image, kernel, stride, upstream),
          Convolution.byWeight(image, kernel, stride, upstream)
        ]
      }
    }
  })(input, weight) as tf.Tensor4D

const bias: Kernels.Kernels["bias"] = (input, bias) => tf.add(input, bias)

const rowsOf = (tensor: tf.Tensor4D): number => tensor.size / tensor.shape[3]

const batchNorm: Kernels.Kernels["batchNorm"] = (input, gamma, beta, mean, variance, { epsilon, momentum }) => {
  const rows = rowsOf(input)
  let running: readonly [tf.Tensor1D, tf.Tensor1D] | undefined
  const output = tf.customGrad((x, scale, offset, save) => {
    const middle = tf.mean(x as tf.Tensor, [0, 1, 2])
    const centred = tf.sub(x as tf.Tensor, middle)
    const spread = tf.mean(tf.square(centred), [0, 1, 2])
    const factor = tf.rsqrt(tf.add(spread, epsilon))
    const normal = tf.mul(centred, factor)
    const moved = (old: tf.Tensor1D, by: tf.Tensor): tf.Tensor1D =>
      tf.keep(tf.add(tf.mul(old, 1 - momentum), tf.mul(by, momentum)))
    running = [moved(mean, middle), moved(variance, tf.mul(spread, rows / Math.max(rows - 1, 1)))]
    ;(save as tf.GradSaveFunc)([normal, factor, scale as tf.Tensor])
    return {
      value: tf.add<tf.Tensor4D>(tf.mul(normal, scale as tf.Tensor), offset as tf.Tensor),
      gradFunc: (upstream: tf.Tensor4D, saved: Array<tf.Tensor>) => {
        const [normal, factor, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
        const byBeta = tf.sum(upstream, [0, 1, 2])
        const byGamma = tf.sum(tf.mul(upstream, normal), [0, 1, 2])
        const along = tf.add(tf.div(byBeta, rows), tf.mul(normal, tf.div(byGamma, rows)))
        return [tf.mul(tf.sub(upstream, along), tf.mul(factor, scale)), byGamma, byBeta]
      }
    }
  })(input, gamma, beta) as tf.Tensor4D
  if (running === undefined) throw new Error("batch norm ran without computing its statistics")
  return { output, mean: running[0], variance: running[1] }
}

const batchNormInference: Kernels.Kernels["batchNormInference"] = (input, gamma, beta, mean, variance, epsilon) =>
  tf.batchNorm(input, mean, variance, beta, gamma, epsilon)

const upsample: Kernels.Kernels["upsample"] = (input) => {
  const [batch, height, width, channels] = input.shape
  const lines = tf.reshape(input, [batch * height, 1, width * channels])
  const cells = tf.reshape(tf.concat([lines, lines], 1), [batch * height * 2 * width, 1, channels])
  return tf.reshape(tf.concat([cells, cells], 1), [batch, height * 2, width * 2, channels])
}

/** Slices of the padded input, one for every place in the window, compared pair by pair. */
const maxPool: Kernels.Kernels["maxPool"] = (input, size) => {
  const [, height, width] = input.shape
  const reach = Math.floor(size / 2)
  const padded = tf.pad(input, [[0, 0], [reach, reach], [reach, reach], [0, 0]], -3e38)
  let best: tf.Tensor4D | undefined
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const cells = tf.slice(padded, [0, row, column, 0], [-1, height, width, -1])
      best = best === undefined ? cells : larger(best, cells)
    }
  }
  return best ?? input
}

/** The larger of two; of equal ones the first takes the gradient. NaN is larger than any number. */
const larger = (first: tf.Tensor4D, second: tf.Tensor4D): tf.Tensor4D =>
  tf.customGrad((a, b, save) => {
    const kept = tf.logicalNot(tf.logicalOr(tf.greater(b as tf.Tensor, a as tf.Tensor), tf.isNaN(b as tf.Tensor)))
    ;(save as tf.GradSaveFunc)([kept])
    return {
      value: tf.where<tf.Tensor4D>(kept, a as tf.Tensor4D, b as tf.Tensor4D),
      gradFunc: (upstream: tf.Tensor4D, saved: Array<tf.Tensor>) => {
        const [kept] = saved as [tf.Tensor]
        const zero = tf.zerosLike(upstream)
        return [tf.where(kept, upstream, zero), tf.where(kept, zero, upstream)]
      }
    }
  })(first, second) as tf.Tensor4D

/** The kernels, on tfjs's current backend. */
export const kernels: Kernels.Kernels = {
  convolution,
  bias,
  batchNorm,
  batchNormInference,
  silu,
  upsample,
  maxPool
}
