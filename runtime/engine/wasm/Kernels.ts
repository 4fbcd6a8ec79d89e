/**
 * The network's operations as kernels of our own on the memory of tfjs's wasm backend.
 */
import * as tf from "@tensorflow/tfjs-core"
import type * as Kernels from "../../step/Kernels.ts"
import type { Backend } from "./Backend.ts"
import * as Composed from "./Composed.ts"
import * as InPlace from "./InPlace.ts"
import type { Shapes } from "./Simd.ts"

const floatBytes = Float32Array.BYTES_PER_ELEMENT

type Save = tf.GradSaveFunc

/** Makes the kernels of a loaded backend. Shapes are NHWC, weights HWIO. */
export const make = (backend: Backend): Kernels.Kernels => {
  const { addressOf, allocate, simd, workspace } = backend
  const like = (tensor: tf.Tensor): tf.Tensor4D => allocate(tensor.shape)
  const rowsOf = (tensor: tf.Tensor4D): number => tensor.size / tensor.shape[3]

  const convolution: Kernels.Kernels["convolution"] = (input, weight, stride, fixed = false) => {
    const [size, , channels, filters] = weight.shape
    const [images, height, width] = input.shape
    const pad = Math.floor(size / 2)
    const cells = (extent: number): number => Math.floor((extent + 2 * pad - size) / stride) + 1
    const [rows, columns] = [cells(height), cells(width)]
    const shapes: Shapes = [images, height, width, channels, rows, columns, filters, size, stride]
    const taps = size * size
    const forward = (x: tf.Tensor, w: tf.Tensor): tf.Tensor4D => {
      const value = allocate<tf.Tensor4D>([images, rows, columns, filters])
      const scratch = workspace(taps, channels * floatBytes)
      simd.convolution(addressOf(x), addressOf(w), addressOf(value), ...shapes, ...scratch)
      return value
    }
    const byWeight = (x: tf.Tensor, upstream: tf.Tensor): tf.Tensor4D => {
      const gradient = like(weight)
      simd.convolutionByWeight(addressOf(x), addressOf(upstream), addressOf(gradient), ...shapes)
      return gradient
    }
    const byInput = (w: tf.Tensor, upstream: tf.Tensor): tf.Tensor4D => {
      const [turned, gradient] = [like(w), like(input)]
      simd.transposeTaps(addressOf(w), addressOf(turned), taps, channels, filters)
      const scratch = workspace(taps, filters * floatBytes)
      simd.convolutionByInput(addressOf(upstream), addressOf(turned), addressOf(gradient), ...shapes, ...scratch)
      turned.dispose()
      return gradient
    }
    if (fixed) {
      return tf.customGrad((w) => ({
        value: forward(input, w as tf.Tensor),
        gradFunc: (upstream: tf.Tensor) => byWeight(input, upstream)
      }))(weight) as tf.Tensor4D
    }
    return tf.customGrad((x, w, save) => {
      ;(save as Save)([x as tf.Tensor, w as tf.Tensor])
      return {
        value: forward(x as tf.Tensor, w as tf.Tensor),
        gradFunc: (upstream: tf.Tensor, saved: Array<tf.Tensor>) => {
          const [x, w] = saved as [tf.Tensor, tf.Tensor]
          return [byInput(w, upstream), byWeight(x, upstream)]
        }
      }
    })(input, weight) as tf.Tensor4D
  }

  const silu: Kernels.Kernels["silu"] = (input) =>
    tf.customGrad((x, save) => {
      const value = like(x as tf.Tensor)
      simd.silu(addressOf(x as tf.Tensor), addressOf(value), value.size)
      ;(save as Save)([x as tf.Tensor])
      return {
        value,
        gradFunc: (upstream: tf.Tensor4D, saved: Array<tf.Tensor>) => {
          const [x] = saved as [tf.Tensor]
          const gradient = like(x)
          simd.siluGradient(addressOf(x), addressOf(upstream), addressOf(gradient), x.size)
          return gradient
        }
      }
    })(input) as tf.Tensor4D

  const bias: Kernels.Kernels["bias"] = (input, bias) =>
    tf.customGrad((x, b) => {
      const value = like(x as tf.Tensor)
      const [rows, channels] = [rowsOf(value), value.shape[3]]
      simd.addBias(addressOf(x as tf.Tensor), addressOf(b as tf.Tensor), addressOf(value), rows, channels)
      return {
        value,
        gradFunc: (upstream: tf.Tensor4D) => {
          const sums = allocate([channels])
          simd.sum(addressOf(upstream), addressOf(sums), 1, rows, channels)
          return [upstream, sums]
        }
      }
    })(input, bias) as tf.Tensor4D

  const norm = (withSilu: boolean): Kernels.Kernels["batchNorm"] =>
  (input, gamma, beta, mean, variance, { epsilon, momentum }) => {
    let running: readonly [tf.Tensor1D, tf.Tensor1D] | undefined
    const output = tf.customGrad((x, scale, offset, save) => {
      const [image, factor, shift] = [x as tf.Tensor4D, scale as tf.Tensor1D, offset as tf.Tensor1D]
      const channels = image.shape[3]
      const rows = rowsOf(image)
      const value = like(image)
      const perChannel = (): tf.Tensor1D => allocate([channels])
      const [middle, inverse, newMean, newVariance] = [perChannel(), perChannel(), perChannel(), perChannel()]
      const inputs = [image, factor, shift, mean, variance] as const
      const outputs = [value, middle, inverse, newMean, newVariance] as const
      const [a0, a1, a2, a3, a4] = inputs.map(addressOf) as [number, number, number, number, number]
      const [b0, b1, b2, b3, b4] = outputs.map(addressOf) as [number, number, number, number, number]
      simd.norm(a0, a1, a2, a3, a4, b0, b1, b2, b3, b4, rows, channels, epsilon, momentum, withSilu)
      running = [tf.keep(newMean), tf.keep(newVariance)]
      ;(save as Save)([image, factor, shift, middle, inverse])
      return {
        value,
        gradFunc: (upstream: tf.Tensor4D, saved: Array<tf.Tensor>) => {
          const [byInput, byGamma, byBeta] = [like(upstream), perChannel(), perChannel()] as const
          const [x0, x1, x2, x3, x4] = saved.map(addressOf) as [number, number, number, number, number]
          const [y0, y1, y2] = [byInput, byGamma, byBeta].map(addressOf) as [number, number, number]
          simd.normGradient(x0, x1, x2, x3, x4, addressOf(upstream), y0, y1, y2, rows, channels, withSilu)
          return [byInput, byGamma, byBeta]
        }
      }
    })(input, gamma, beta) as tf.Tensor4D
    if (running === undefined) throw new Error("batch norm ran without computing its statistics")
    return { output, mean: running[0], variance: running[1] }
  }

  const upsample: Kernels.Kernels["upsample"] = (input) =>
    tf.customGrad((x) => {
      const [batch, height, width, channels] = (x as tf.Tensor4D).shape
      const value = allocate<tf.Tensor4D>([batch, height * 2, width * 2, channels])
      simd.upsample(addressOf(x as tf.Tensor), addressOf(value), batch * height, width, channels)
      return {
        value,
        gradFunc: (upstream: tf.Tensor4D) => {
          const gradient = allocate<tf.Tensor4D>([batch, height, width, channels])
          simd.upsampleGradient(addressOf(upstream), addressOf(gradient), batch * height, width, channels)
          return gradient
        }
      }
    })(input) as tf.Tensor4D

  const maxPool: Kernels.Kernels["maxPool"] = (input, size) =>
    tf.customGrad((x, save) => {
      const image = x as tf.Tensor4D
      const shape = image.shape
      const value = like(image)
      simd.maxPool(addressOf(image), addressOf(value), ...shape, size)
      ;(save as Save)([image])
      return {
        value,
        gradFunc: (upstream: tf.Tensor4D, saved: Array<tf.Tensor>) => {
          const [image] = saved as [tf.Tensor4D]
          const gradient = like(image)
          simd.maxPoolGradient(addressOf(image), addressOf(upstream), addressOf(gradient), ...shape, size)
          return gradient
        }
      }
    })(input) as tf.Tensor4D

  const inPlace = InPlace.make(backend)
  return { ...Composed.kernels, inPlace, convolution, silu, bias, batchNorm: norm(false), batchNormSilu: norm(true), upsample, maxPool }
}
