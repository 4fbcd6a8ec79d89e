/**
 * Convolutions and their gradients, which tfjs's wasm backend has by halves: out of its forward convolution and its
 * product of matrices.
 */
import * as tf from "@tensorflow/tfjs-core"

type Pads = [[number, number], [number, number], [number, number], [number, number]]

const pads = (top: number, bottom: number, left: number, right: number): Pads => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0]
]

const isProduct = (weight: tf.Tensor4D, stride: number): boolean => weight.shape[0] === 1 && stride === 1

const matrix = (tensor: tf.Tensor4D): tf.Tensor2D => {
  const [batch, height, width, channels] = tensor.shape
  return tf.reshape(tensor, [batch * height * width, channels])
}

/** Convolves with padding of `floor(kernel / 2)` on every side. */
export const forward = (input: tf.Tensor4D, weight: tf.Tensor4D, stride: number): tf.Tensor4D => {
  const pad = Math.floor(weight.shape[0] / 2)
  return tf.conv2d(input, weight, stride, pads(pad, pad, pad, pad))
}

/** The gradient by the weight: a convolution of the transposed input with the transposed gradient, dilated by the stride. */
export const byWeight = (
  input: tf.Tensor4D,
  weight: tf.Tensor4D,
  stride: number,
  upstream: tf.Tensor4D
): tf.Tensor4D => {
  const [size] = weight.shape
  if (isProduct(weight, stride)) {
    return tf.reshape(tf.matMul(matrix(input), matrix(upstream), true, false), weight.shape)
  }
  const [, height, width] = input.shape
  const [, rows, columns] = upstream.shape
  const pad = Math.floor(size / 2)
  // Cells behind the last window take no part: they are cut off where padding to the windows' end is negative.
  const below = (rows - 1) * stride + size - height - pad
  const behind = (columns - 1) * stride + size - width - pad
  const turned = tf.transpose(input, [3, 1, 2, 0])
  const seen = tf.slice(turned, [0, 0, 0, 0], [-1, height + Math.min(0, below), width + Math.min(0, behind), -1])
  const kernel = tf.transpose(upstream, [1, 2, 0, 3])
  const padding = pads(pad, Math.max(0, below), pad, Math.max(0, behind))
  return tf.transpose(tf.conv2d(seen, kernel, 1, padding, "NHWC", [stride, stride]), [1, 2, 0, 3]) as tf.Tensor4D
}

/** Puts zeros between cells, behind each of them. */
const spread = (tensor: tf.Tensor4D, stride: number): tf.Tensor4D => {
  const [batch, height, width, channels] = tensor.shape
  const columns = tf.pad(tf.reshape(tensor, [batch * height * width, channels]), [[0, 0], [0, channels * (stride - 1)]])
  const line = width * stride * channels
  const lines = tf.pad(tf.reshape(columns, [batch * height, line]), [[0, 0], [0, line * (stride - 1)]])
  return tf.reshape(lines, [batch, height * stride, width * stride, channels])
}

/** The gradient by the input: a convolution of the gradient, with zeros between its cells, with the turned kernel. */
export const byInput = (
  input: tf.Tensor4D,
  weight: tf.Tensor4D,
  stride: number,
  upstream: tf.Tensor4D
): tf.Tensor4D => {
  const [size, , channels, filters] = weight.shape
  if (isProduct(weight, stride)) {
    const byChannel: tf.Tensor2D = tf.reshape(weight, [channels, filters])
    return tf.reshape(tf.matMul(matrix(upstream), byChannel, false, true), input.shape)
  }
  const [, height, width] = input.shape
  const turned = tf.reverse(tf.transpose(weight, [0, 1, 3, 2]), [0, 1]) as tf.Tensor4D
  const cells = stride === 1 ? upstream : spread(upstream, stride)
  const [, rows, columns] = cells.shape
  const before = size - 1 - Math.floor(size / 2)
  const below = height - rows - before + size - 1
  const behind = width - columns - before + size - 1
  const used = tf.slice(cells, [0, 0, 0, 0], [-1, rows + Math.min(0, below), columns + Math.min(0, behind), -1])
  return tf.conv2d(used, turned, 1, pads(before, Math.max(0, below), before, Math.max(0, behind)))
}
