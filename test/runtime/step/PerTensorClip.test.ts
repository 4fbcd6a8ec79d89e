import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as fc from "fast-check"
import * as Clip from "../../../dsl/Clip.ts"
import * as PerTensorClip from "../../../runtime/step/PerTensorClip.ts"
import { onEachBackend, valuesOf } from "../detect/backends.ts"

type PerTensor = PerTensorClip.PerTensor

const perLayer = (maxRms: number) => Clip.perLayer(maxRms) as PerTensor
const adaptive = (ratio: number, floor?: number) =>
  Clip.adaptive(floor === undefined ? { ratio } : { ratio, floor }) as PerTensor

const clipped = (clip: PerTensor, weight: tf.Tensor, gradient: tf.Tensor): ReadonlyArray<number> =>
  valuesOf(tf.mul(gradient, PerTensorClip.coefficient(clip, weight, gradient)))

const near = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>): void =>
  expected.forEach((value, index) => assert.approximately(actual[index] ?? NaN, value, 1e-6 * Math.abs(value) + 5e-8))

onEachBackend("PerTensorClip.coefficient", () => {
  it("divides by a tensor's root mean square over its bound, as optax's clip_by_block_rms does", () => {
    const weight = tf.tensor1d([0, 0])
    near(clipped(perLayer(1), weight, tf.tensor1d([500, 5])), [1.4141429, 0.0141414])
    near(clipped(perLayer(1), weight, tf.tensor1d([300, 3])), [1.4141429, 0.0141414])
    assert.deepStrictEqual(clipped(perLayer(400), weight, tf.tensor1d([300, 3])), [300, 3])
  })

  it("bounds a tensor by the length of its weights, as optax's adaptive_grad_clip does", () => {
    near(clipped(adaptive(1), tf.tensor1d([1, 2]), tf.tensor1d([500, 5])), [2.2359562, 0.0223596])
    near(clipped(adaptive(1), tf.tensor1d([3, 4]), tf.tensor1d([300, 3])), [4.99975, 0.0499975])
    assert.deepStrictEqual(clipped(adaptive(1), tf.tensor1d([3, 4]), tf.tensor1d([3, 3.5])), [3, 3.5])
  })

  it("looks at every output of a kernel by itself, and at a vector as a whole", () => {
    // Two outputs, of lengths 5 and 13; only the second's gradient is longer than a tenth of that.
    const weight = tf.tensor4d([3, 5, 4, 12], [1, 1, 2, 2])
    const gradient = tf.tensor4d([0.3, 30, 0.4, 40], [1, 1, 2, 2])
    near(clipped(adaptive(0.1), weight, gradient), [0.3, 1.3 * 0.6, 0.4, 1.3 * 0.8])
    near(clipped(adaptive(0.1), tf.reshape(weight, [4]), tf.reshape(gradient, [4])), [0.3, 30, 0.4, 40].map((value) =>
      value * 0.1 * Math.hypot(3, 5, 4, 12) / Math.hypot(0.3, 30, 0.4, 40)))
    const whole = PerTensorClip.coefficient(perLayer(1), weight, gradient)
    assert.strictEqual(whole.size, 1)
  })

  it("counts short weights as long as the floor, and leaves gradients of 0 alone", () => {
    near(clipped(adaptive(1, 0.5), tf.tensor1d([0, 0]), tf.tensor1d([3, 4])), [0.3, 0.4])
    for (const clip of [perLayer(1), adaptive(1)]) {
      assert.deepStrictEqual(clipped(clip, tf.zeros([2]), tf.zeros([2])), [0, 0])
    }
  })

  it("never leaves a gradient above its bound, never lengthens one, and never turns one", () => {
    const values = fc.array(fc.float({ noNaN: true, min: -1e4, max: 1e4 }), { minLength: 3, maxLength: 3 })
    const bounds = fc.float({ noNaN: true, min: Math.fround(1e-3), max: 100 })
    fc.assert(fc.property(values, values, bounds, (weights, gradients, bound) => {
      tf.tidy(() => {
        const [weight, gradient] = [tf.tensor1d(weights), tf.tensor1d(gradients)]
        const length = Math.hypot(...valuesOf(weight))
        for (
          const [clip, most] of [
            [perLayer(bound), bound * Math.sqrt(3)],
            [adaptive(bound), bound * Math.max(length, 1e-3)]
          ] as const
        ) {
          const [factor = NaN] = valuesOf(PerTensorClip.coefficient(clip, weight, gradient))
          assert.isTrue(factor >= 0 && factor <= 1)
          assert.isAtMost(factor * Math.hypot(...valuesOf(gradient)), most * (1 + 1e-5) + 1e-30)
        }
      })
    }), { numRuns: 50 })
  })
})

onEachBackend("PerTensorClip.clippedTensors", () => {
  it("counts tensors of which any unit is scaled down", () => {
    const factors = [tf.scalar(1), tf.scalar(0.5), tf.tensor2d([1, 0.999], [1, 2]), tf.tensor2d([1, 1], [1, 2])]
    assert.deepStrictEqual(valuesOf(PerTensorClip.clippedTensors(factors)), [2])
  })
})
