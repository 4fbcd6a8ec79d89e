import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-backend-cpu"
// Node's build of the core registers no gradients.
import "@tensorflow/tfjs-core/dist/register_all_gradients.js"
import type { Subject } from "../../../../runtime/engine/reference/Case.ts"
import { storedCases } from "../../../../runtime/engine/reference/StoredCases.ts"

/** Kernels out of tfjs's own operations and gradients. */
const plain: Subject["kernels"] = {
  convolution: (input, weight, stride) => {
    const pad: [number, number] = [Math.floor(weight.shape[0] / 2), Math.floor(weight.shape[0] / 2)]
    return tf.conv2d(tf.pad(input, [[0, 0], pad, pad, [0, 0]]), weight, stride, "valid")
  },
  bias: (input, bias) => tf.add(input, bias),
  batchNorm: (input, gamma, beta, mean, variance, { epsilon, momentum }) => {
    const moments = tf.moments(input, [0, 1, 2])
    const count = input.size / gamma.size
    const moved = (old: tf.Tensor1D, by: tf.Tensor): tf.Tensor1D =>
      tf.add(tf.mul(old, 1 - momentum), tf.mul(by, momentum))
    return {
      output: tf.batchNorm(input, moments.mean as tf.Tensor1D, moments.variance as tf.Tensor1D, beta, gamma, epsilon),
      mean: moved(mean, moments.mean),
      variance: moved(variance, tf.mul(moments.variance, count / (count - 1)))
    }
  },
  batchNormInference: (input, gamma, beta, mean, variance, epsilon) =>
    tf.batchNorm(input, mean, variance, beta, gamma, epsilon),
  silu: (input) => tf.mul(input, tf.sigmoid(input)),
  upsample: (input) => {
    const [batch, height, width, channels] = input.shape
    const rows = tf.reshape(input, [batch, height, 1, width * channels])
    const cells = tf.reshape(tf.concat([rows, rows], 2), [batch, height * 2 * width, 1, channels])
    return tf.reshape(tf.concat([cells, cells], 2), [batch, height * 2, width * 2, channels])
  },
  maxPool: (input, size) => tf.maxPool(input, size, 1, "same")
}

const failuresOf = (kernels: Subject["kernels"]): ReadonlyArray<string> =>
  storedCases.flatMap((one) => {
    const error = one.run({ kernels, compile: () => assert.fail("a single operation compiled a step") })
    return error === null ? [] : [`${one.case}: ${error}`]
  })

describe("Stored cases on tfjs's own cpu backend", () => {
  beforeAll(() => {
    tf.setBackend("cpu")
  })

  it("hold for kernels of its operations", () => {
    assert.deepStrictEqual(failuresOf(plain), [])
  })

  it("notice that its gradient of a nearest-neighbour resize is wrong for several images", () => {
    const upsample = (input: tf.Tensor4D): tf.Tensor4D =>
      tf.image.resizeNearestNeighbor(input, [input.shape[1] * 2, input.shape[2] * 2])
    const [failure, ...more] = failuresOf({ ...plain, upsample })
    assert.match(String(failure), /^upsample, a batch of 3: the gradient by input is .* at \[1, /)
    assert.deepStrictEqual(more, [])
  })
})
