/**
 * The network's operations as raw TensorFlow operations with gradients of their own: tfjs's versions either bake
 * activation-sized constants into a recorded graph, or keep the convolution out of oneDNN.
 */
import * as tf from "@tensorflow/tfjs-core"
import type * as Kernels from "../../step/Kernels.ts"
import { silu } from "../../step/Silu.ts"
import type { Attribute, Backend } from "./Native.ts"

/** Makes the kernels of a loaded backend. Shapes are NHWC, weights HWIO. */
export const make = (backend: Backend): Kernels.Kernels => {
  const { binding } = backend
  const typeAttribute = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value })
  const integers = (name: string, value: ReadonlyArray<number>): Attribute => ({
    name,
    type: binding.TF_ATTR_INT,
    value
  })
  const text = (name: string, value: string): Attribute => ({ name, type: binding.TF_ATTR_STRING, value })
  const float = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_FLOAT, value })
  const boolean = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value })
  const floatType = typeAttribute("T", binding.TF_FLOAT)
  const layout = text("data_format", "NHWC")
  const one = <T extends tf.Tensor>(
    op: string,
    attributes: ReadonlyArray<Attribute>,
    inputs: ReadonlyArray<tf.Tensor>
  ): T => backend.executeSingleOutput(op, attributes, inputs) as T

  const convolutionAttributes = (stride: number, padding: "VALID" | "SAME"): ReadonlyArray<Attribute> => [
    floatType,
    integers("strides", [1, stride, stride, 1]),
    boolean("use_cudnn_on_gpu", true),
    text("padding", padding),
    layout,
    integers("dilations", [1, 1, 1, 1])
  ]

  /**
   * With oneDNN, Conv2DBackpropInput from one channel to one is wrong, and by another amount every time; beside a second
   * channel of zeros it is right.
   */
  const besideZeros = (channels: tf.Tensor4D): tf.Tensor4D => tf.pad(channels, [[0, 0], [0, 0], [0, 0], [0, 1]])

  const convolution: Kernels.Kernels["convolution"] = (input, weight, stride) => {
    const pad = Math.floor(weight.shape[0] / 2)
    // TensorFlow pads a strided convolution at the end only, and explicit padding takes the backward pass out of oneDNN.
    const asymmetric = pad > 0 && stride > 1
    const padded = asymmetric ? tf.pad(input, [[0, 0], [pad, pad], [pad, pad], [0, 0]]) : input
    const attributes = convolutionAttributes(stride, asymmetric || pad === 0 ? "VALID" : "SAME")
    const operation = tf.customGrad((x, w, save) => {
      const [image, kernel] = [x as tf.Tensor4D, w as tf.Tensor4D]
      ;(save as tf.GradSaveFunc)([image, kernel])
      return {
        value: one<tf.Tensor4D>("Conv2D", attributes, [image, kernel]),
        gradFunc: (gradient: tf.Tensor4D, saved: Array<tf.Tensor>) => {
          const [image, kernel] = saved as [tf.Tensor4D, tf.Tensor4D]
          const [size, , from, to] = kernel.shape
          const lone = size > 1 && from === 1 && to === 1
          const [weights, upstream] = lone ? [besideZeros(kernel), besideZeros(gradient)] : [kernel, gradient]
          return [
            one("Conv2DBackpropInput", attributes, [tf.tensor1d(image.shape, "int32"), weights, upstream]),
            one("Conv2DBackpropFilter", attributes, [image, tf.tensor1d(kernel.shape, "int32"), gradient])
          ]
        }
      }
    })
    return operation(padded, weight) as tf.Tensor4D
  }

  const bias: Kernels.Kernels["bias"] = (input, bias) =>
    tf.customGrad((x, b) => ({
      value: one<tf.Tensor4D>("BiasAdd", [floatType, layout], [x as tf.Tensor, b as tf.Tensor]),
      // Not BiasAddGrad: with oneDNN it mixes up the outputs of a SplitV, without an error.
      gradFunc: (gradient: tf.Tensor4D) => [gradient, tf.sum(gradient, [0, 1, 2])]
    }))(input, bias) as tf.Tensor4D

  const normAttributes = (epsilon: number, training: boolean): ReadonlyArray<Attribute> => [
    floatType,
    typeAttribute("U", binding.TF_FLOAT),
    float("epsilon", epsilon),
    layout,
    boolean("is_training", training)
  ]

  const batchNorm: Kernels.Kernels["batchNorm"] = (input, gamma, beta, mean, variance, { epsilon, momentum }) => {
    const attributes = normAttributes(epsilon, true)
    let running: readonly [tf.Tensor1D, tf.Tensor1D] | undefined
    const output = tf.customGrad((x, scale, offset, save) => {
      const results = backend.executeMultipleOutputs(
        "FusedBatchNormV3",
        [...attributes, float("exponential_avg_factor", Math.fround(momentum))],
        [x as tf.Tensor, scale as tf.Tensor, offset as tf.Tensor, mean, variance],
        6
      ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor, tf.Tensor, tf.Tensor]
      const [value, newMean, newVariance, ...reserved] = results
      running = [tf.keep(newMean), tf.keep(newVariance)]
      ;(save as tf.GradSaveFunc)([x as tf.Tensor, scale as tf.Tensor, ...reserved])
      return {
        value,
        gradFunc: (gradient: tf.Tensor4D, saved: Array<tf.Tensor>) =>
          backend.executeMultipleOutputs("FusedBatchNormGradV3", attributes, [gradient, ...saved], 5).slice(0, 3)
      }
    })(input, gamma, beta) as tf.Tensor4D
    if (running === undefined) throw new Error("batch norm ran without computing its statistics")
    return { output, mean: running[0], variance: running[1] }
  }

  const batchNormInference: Kernels.Kernels["batchNormInference"] = (input, gamma, beta, mean, variance, epsilon) =>
    backend.executeMultipleOutputs(
      "FusedBatchNormV3",
      [...normAttributes(epsilon, false), float("exponential_avg_factor", 1)],
      [input, gamma, beta, mean, variance],
      6
    )[0] as tf.Tensor4D

  const upsample: Kernels.Kernels["upsample"] = (input) =>
    tf.customGrad((x) => {
      const cells = x as tf.Tensor4D
      return {
        value: tf.image.resizeNearestNeighbor(cells, [cells.shape[1] * 2, cells.shape[2] * 2]),
        gradFunc: (gradient: tf.Tensor4D) => tf.mul(tf.avgPool(gradient, 2, 2, "valid"), 4)
      }
    })(input) as tf.Tensor4D

  return {
    convolution,
    bias,
    batchNorm,
    batchNormInference,
    silu,
    upsample,
    maxPool: (input, size) => tf.maxPool(input, size, 1, "same")
  }
}
