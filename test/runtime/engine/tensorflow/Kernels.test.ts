import { assert, beforeAll, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Random from "../../../../runtime/data/Random.ts"
import * as Kernels from "../../../../runtime/engine/tensorflow/Kernels.ts"
import type * as Step from "../../../../runtime/step/Kernels.ts"
import { loadTensorflow, tensorflow } from "./engine.ts"

type Shape = [number, number, number, number]

const noise = (key: string, shape: ReadonlyArray<number>): tf.Tensor => {
  const random = Random.stream(11, key)
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random.uniform() - 1)
  return tf.tensor(values, [...shape])
}

const scalarOf = (tensor: tf.Tensor): number => tensor.dataSync<"float32">()[0] ?? NaN

/**
 * Compares each input's gradient with central differences along random directions, for a random weighting of the
 * operation's outputs: float32 leaves about three digits.
 */
const gradientsAgree = (operation: (...inputs: Array<tf.Tensor>) => tf.Tensor, inputs: Array<tf.Tensor>): void => {
  const weighting = noise("weighting", operation(...inputs).shape)
  const objective = (...values: Array<tf.Tensor>): tf.Scalar => tf.sum(tf.mul(operation(...values), weighting))
  const gradients = tf.grads(objective)(inputs)
  inputs.forEach((input, index) => {
    const direction = noise(`direction ${index}`, input.shape)
    const moved = (by: number) =>
      scalarOf(objective(...inputs.map((value, at) => at === index ? tf.add(value, tf.mul(direction, by)) : value)))
    const width = 5e-3
    const numeric = (moved(width) - moved(-width)) / (2 * width)
    const analytic = scalarOf(tf.sum(tf.mul(gradients[index] as tf.Tensor, direction)))
    const scale = Math.max(Math.abs(numeric), 0.1 * scalarOf(tf.norm(gradients[index] as tf.Tensor)))
    assert.isBelow(Math.abs(analytic - numeric) / scale, 2e-2, `input ${index}: ${analytic} against ${numeric}`)
  })
}

const at = (tensor: tf.Tensor, values: Float32Array, index: ReadonlyArray<number>): number =>
  values[index.reduce((sum, position, axis) => sum * (tensor.shape[axis] ?? 0) + position, 0)] ?? NaN

/** A convolution by its definition: zeros outside, `floor(kernel / 2)` of them on every side. */
const convolutionByHand = (input: tf.Tensor4D, weight: tf.Tensor4D, stride: number): tf.Tensor => {
  const [batch, height, width, channels] = input.shape
  const [kernel, , , filters] = weight.shape
  const pad = Math.floor(kernel / 2)
  const [rows, cells] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  const [x, w] = [input.dataSync<"float32">(), weight.dataSync<"float32">()]
  const values: Array<number> = []
  for (let b = 0; b < batch; b++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cells; c++) {
        for (let f = 0; f < filters; f++) {
          let sum = 0
          for (let i = 0; i < kernel; i++) {
            for (let j = 0; j < kernel; j++) {
              const [y, z] = [r * stride + i - pad, c * stride + j - pad]
              if (y < 0 || z < 0 || y >= height || z >= width) continue
              for (let k = 0; k < channels; k++) sum += at(input, x, [b, y, z, k]) * at(weight, w, [i, j, k, f])
            }
          }
          values.push(sum)
        }
      }
    }
  }
  return tf.tensor(values, [batch, rows, cells, filters])
}

const close = (actual: tf.Tensor, expected: tf.Tensor, tolerance = 1e-5): void => {
  assert.deepStrictEqual(actual.shape, expected.shape)
  assert.isBelow(scalarOf(tf.max(tf.abs(tf.sub(actual, expected)))), tolerance)
}

tensorflow("Kernels of the tensorflow engine", () => {
  let kernels: Step.Kernels
  beforeAll(() => {
    kernels = Kernels.make(loadTensorflow())
  })

  for (const [kernel, stride] of [[1, 1], [1, 2], [3, 1], [3, 2]] as const) {
    it(`convolves ${kernel}x${kernel} at stride ${stride} with padding on every side, and its gradients agree`, () => {
      const input = noise("input", [2, 6, 7, 3]) as tf.Tensor4D
      const weight = noise("weight", [kernel, kernel, 3, 5]) as tf.Tensor4D
      close(kernels.convolution(input, weight, stride), convolutionByHand(input, weight, stride))
      gradientsAgree((x, w) => kernels.convolution(x as tf.Tensor4D, w as tf.Tensor4D, stride), [input, weight])
    })
  }

  it("gives a lone channel's gradients that agree, every time", () => {
    const input = noise("input", [2, 8, 8, 1]) as tf.Tensor4D
    const weight = noise("weight", [3, 3, 1, 1]) as tf.Tensor4D
    for (let time = 0; time < 8; time++) {
      for (const stride of [1, 2]) {
        gradientsAgree((x, w) => kernels.convolution(x as tf.Tensor4D, w as tf.Tensor4D, stride), [input, weight])
      }
    }
  })

  it("adds a bias to every cell, and its gradients agree", () => {
    const input = noise("input", [2, 3, 4, 5]) as tf.Tensor4D
    const bias = noise("bias", [5]) as tf.Tensor1D
    close(kernels.bias(input, bias), tf.add(input, bias))
    gradientsAgree((x, b) => kernels.bias(x as tf.Tensor4D, b as tf.Tensor1D), [input, bias])
  })

  it("gives the bias gradients of a concat's parts apart from one another", () => {
    const [left, right] = [noise("left", [2, 3, 3, 4]), noise("right", [2, 3, 3, 4])]
    const biases = [noise("b1", [4]), noise("b2", [4])]
    gradientsAgree(
      (b1, b2) =>
        tf.concat([
          kernels.bias(left as tf.Tensor4D, b1 as tf.Tensor1D),
          kernels.bias(right as tf.Tensor4D, b2 as tf.Tensor1D)
        ], 3),
      biases
    )
  })

  it("normalises by the batch, keeps unbiased running statistics as PyTorch does, and its gradients agree", () => {
    const input = noise("input", [3, 4, 4, 6]) as tf.Tensor4D
    const [gamma, beta, mean] = ["gamma", "beta", "mean"].map((key) => noise(key, [6])) as Array<tf.Tensor1D>
    const variance = tf.abs(noise("variance", [6])) as tf.Tensor1D
    const options = { epsilon: 1e-3, momentum: 0.03 }
    const run = (x: tf.Tensor, g: tf.Tensor, b: tf.Tensor) =>
      kernels.batchNorm(x as tf.Tensor4D, g as tf.Tensor1D, b as tf.Tensor1D, mean as tf.Tensor1D, variance, options)
    const actual = run(input, gamma as tf.Tensor1D, beta as tf.Tensor1D)
    const moments = tf.moments(input, [0, 1, 2])
    const count = 3 * 4 * 4
    close(
      actual.output,
      tf.add(tf.mul(tf.div(tf.sub(input, moments.mean), tf.sqrt(tf.add(moments.variance, 1e-3))), gamma as tf.Tensor), beta as tf.Tensor)
    )
    close(actual.mean, tf.add(tf.mul(mean as tf.Tensor, 0.97), tf.mul(moments.mean, 0.03)))
    close(actual.variance, tf.add(tf.mul(variance, 0.97), tf.mul(moments.variance, 0.03 * count / (count - 1))))
    gradientsAgree((x, g, b) => run(x as tf.Tensor, g as tf.Tensor, b as tf.Tensor).output, [
      input,
      gamma as tf.Tensor,
      beta as tf.Tensor
    ])
    const inference = kernels.batchNormInference(
      input,
      gamma as tf.Tensor1D,
      beta as tf.Tensor1D,
      mean as tf.Tensor1D,
      variance,
      1e-3
    )
    close(
      inference,
      tf.add(tf.mul(tf.div(tf.sub(input, mean as tf.Tensor), tf.sqrt(tf.add(variance, 1e-3))), gamma as tf.Tensor), beta as tf.Tensor)
    )
  })

  it("computes SiLU, and its gradient agrees", () => {
    const input = tf.mul(noise("input", [1, 4, 4, 3]), 6) as tf.Tensor4D
    close(kernels.silu(input), tf.mul(input, tf.sigmoid(input)))
    gradientsAgree((x) => kernels.silu(x as tf.Tensor4D), [input])
  })

  it("upsamples every image of a batch by repeating cells, and its gradient agrees", () => {
    const input = noise("input", [3, 2, 3, 2]) as tf.Tensor4D
    const [b, h, w, c] = input.shape
    const repeated = tf.reshape(
      tf.tile(tf.reshape(input, [b, h, 1, w, 1, c]), [1, 1, 2, 1, 2, 1]),
      [b, 2 * h, 2 * w, c]
    )
    close(kernels.upsample(input), repeated)
    gradientsAgree((x) => kernels.upsample(x as tf.Tensor4D), [input])
  })

  it("takes maxima of windows that are all negative, and its gradient agrees", () => {
    const [b, h, w, c]: Shape = [2, 7, 7, 3]
    // No two values are nearer than the differences step: where a maximum changes hands it has no derivative.
    const order = Random.shuffled(b * h * w * c, Random.stream(11, "order"))
    const input = tf.tensor4d(order.map((rank) => -1 - rank / 20), [b, h, w, c])
    const values = input.dataSync<"float32">()
    const expected = Float32Array.from({ length: values.length }, (_, flat) => {
      const [k, x] = [flat % c, Math.floor(flat / c) % w]
      const [y, n] = [Math.floor(flat / (c * w)) % h, Math.floor(flat / (c * w * h))]
      let most = -Infinity
      for (let i = Math.max(0, y - 2); i <= Math.min(h - 1, y + 2); i++) {
        for (let j = Math.max(0, x - 2); j <= Math.min(w - 1, x + 2); j++) {
          most = Math.max(most, at(input, values, [n, i, j, k]))
        }
      }
      return most
    })
    close(kernels.maxPool(input, 5), tf.tensor(expected, [b, h, w, c]))
    gradientsAgree((x) => kernels.maxPool(x as tf.Tensor4D, 5), [input])
  })

  it("lets gradients through slice, concat, add, pad and the joined levels", () => {
    const input = noise("input", [2, 4, 4, 6])
    gradientsAgree((x) => {
      const half = tf.slice(x, [0, 0, 0, 3], [-1, -1, -1, 3])
      const joined = tf.concat([x, half, tf.add(half, half)], 3)
      const padded = tf.pad(joined, [[0, 0], [1, 1], [1, 1], [0, 0]])
      return tf.concat([tf.reshape(padded, [2, -1, 12]), tf.reshape(joined, [2, -1, 12])], 1)
    }, [input as tf.Tensor])
  })
})
