import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as Optimizer from "../../../../dsl/Optimizer.ts"
import * as Example from "../../../../runtime/engine/reference/Example.ts"
import * as Backend from "../../../../runtime/engine/wasm/Backend.ts"
import * as Composed from "../../../../runtime/engine/wasm/Composed.ts"
import * as Wasm from "../../../../runtime/engine/wasm/Kernels.ts"
import * as Operations from "../../../../runtime/engine/wasm/Operations.ts"
import * as Moments from "../../../../runtime/optim/Moments.ts"
import type { Kernels } from "../../../../runtime/step/Kernels.ts"
import * as Update from "../../../../runtime/step/Update.ts"
import { distance } from "../../step/small.ts"

let backend: Backend.Backend
let own: Kernels

beforeAll(async () => {
  backend = await Backend.load()
  own = Wasm.make(backend)
})

const drawn = (key: string, shape: ReadonlyArray<number>): tf.Tensor =>
  tf.tensor(Float32Array.from(Example.hashed(key, shape.reduce((a, b) => a * b, 1))), [...shape])

const valuesOf = (tensor: tf.Tensor): Float32Array => tensor.dataSync<"float32">()

type Computation = (kernels: Kernels, inputs: ReadonlyArray<tf.Tensor>) => tf.Tensor

/** Computes an operation's output and its gradients against drawn weights. */
const computed = (kernels: Kernels, computation: Computation, inputs: ReadonlyArray<tf.Tensor>): ReadonlyArray<Float32Array> => {
  const output = computation(kernels, inputs)
  const gradients = tf.grads((...values) => computation(kernels, values))([...inputs], drawn("upstream", output.shape))
  return [output, ...gradients].map(valuesOf)
}

const agree = (computation: Computation, shapes: ReadonlyArray<ReadonlyArray<number>>, tolerance = 3e-6): void => {
  tf.tidy(() => {
    const inputs = shapes.map((shape, index) => drawn(`input ${index}`, shape))
    const expected = computed(Composed.kernels, computation, inputs)
    computed(own, computation, inputs).forEach((values, index) =>
      assert.isBelow(distance(values, expected[index] ?? []), tolerance, `${index === 0 ? "output" : `gradient ${index}`}`)
    )
  })
}

const norm = (kernels: Kernels, inputs: ReadonlyArray<tf.Tensor>, withSilu: boolean): tf.Tensor => {
  const [x, gamma, beta] = inputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D]
  const operation = withSilu ? kernels.batchNormSilu ?? kernels.batchNorm : kernels.batchNorm
  const zeros: tf.Tensor1D = tf.zeros(gamma.shape)
  const { mean, output, variance } = operation(x, gamma, beta, zeros, zeros, { epsilon: 1e-3, momentum: 0.03 })
  tf.dispose([mean, variance])
  return withSilu && kernels.batchNormSilu === undefined ? kernels.silu(output) : output
}

describe("The wasm engine's kernels", () => {
  for (const [size, stride, height, width, channels, filters] of [
    [3, 1, 7, 9, 8, 16],
    [3, 2, 8, 8, 3, 8],
    [3, 2, 7, 9, 16, 21],
    [1, 1, 5, 3, 12, 3],
    [1, 2, 6, 7, 5, 9],
    [5, 1, 6, 6, 4, 6],
    [3, 1, 2, 2, 64, 64]
  ] as const) {
    it(`convolve ${channels} to ${filters} channels, ${size}x${size}, stride ${stride}, as tfjs's operations do`, () =>
      agree(
        ({ convolution }, inputs) => convolution(inputs[0] as tf.Tensor4D, inputs[1] as tf.Tensor4D, stride),
        [[3, height, width, channels], [size, size, channels, filters]]
      ))
  }

  it("sum up weights' gradients over very many cells without losing digits", () => {
    tf.tidy(() => {
      const [x, w] = [tf.ones([64, 40, 40, 1]), tf.ones([1, 1, 1, 1])]
      const gradient = tf.grad((w: tf.Tensor) => own.convolution(tf.mul(x, 0.1), w as tf.Tensor4D, 1))(w)
      assert.closeTo((valuesOf(gradient)[0] ?? NaN) / (64 * 40 * 40 * Math.fround(0.1)), 1, 2e-6)
    })
  })

  for (const channels of [1, 3, 8, 10]) {
    for (const withSilu of [false, true]) {
      it(`norm ${channels} channels${withSilu ? " with SiLU behind" : ""} as tfjs's operations do`, () =>
        agree((kernels, inputs) => norm(kernels, inputs, withSilu), [[4, 9, 8, channels], [channels], [channels]], 2e-5))
    }
  }

  it("compute SiLU, bias, upsampling and pools as tfjs's operations do, whatever the number of channels", () => {
    for (const channels of [1, 4, 7]) {
      const shape = [2, 5, 6, channels]
      agree(({ silu }, [x]) => silu(tf.mul(x as tf.Tensor4D, 5)), [shape])
      agree(({ bias }, [x, b]) => bias(x as tf.Tensor4D, b as tf.Tensor1D), [shape, [channels]])
      agree(({ upsample }, [x]) => upsample(x as tf.Tensor4D), [shape])
      agree(({ maxPool }, [x]) => maxPool(x as tf.Tensor4D, 5), [shape])
    }
  })

  it("let NaN and infinity through pools, norms and convolutions to the last channel", () => {
    for (const value of [NaN, Infinity]) {
      for (const channels of [1, 4, 6]) {
        tf.tidy(() => {
          const values = new Float32Array(2 * 4 * 4 * channels)
          values[4 * channels - 1] = value
          const x = tf.tensor4d(values, [2, 4, 4, channels])
          const pooled = valuesOf(own.maxPool(x, 3))
          assert.deepStrictEqual(pooled[4 * channels - 1], value)
          assert.deepStrictEqual(pooled[3 * channels - 1], value)
          assert.deepStrictEqual(pooled[2 * channels - 1], 0)
          const silu = valuesOf(own.silu(x))
          assert.deepStrictEqual(silu[4 * channels - 1], value)
          const normed = valuesOf(norm(own, [x, tf.ones([channels]), tf.ones([channels])], true))
          assert.isNaN(normed[channels - 1])
          const convolved = valuesOf(own.convolution(x, tf.ones([1, 1, channels, channels]), 1))
          assert.deepStrictEqual(convolved[4 * channels - 1], value)
        })
      }
    }
  })

  it("free all that they make", () => {
    const before = tf.memory().numTensors
    agree((kernels, inputs) => norm(kernels, inputs, true), [[2, 4, 4, 3], [3], [3]], 2e-5)
    agree(({ convolution }, [x, w]) => convolution(x as tf.Tensor4D, w as tf.Tensor4D, 2), [[2, 4, 4, 3], [3, 3, 3, 2]])
    assert.strictEqual(tf.memory().numTensors, before)
  })
})

describe("The wasm engine's update", () => {
  const rates = { coefficient: 0.7, learningRate: 0.05, momentum: 0.9, decay: 0.01, correction: { first: 0.3, second: 0.02 } }
  const optimizers = [
    Optimizer.sgd({ momentum: 0.9 }),
    Optimizer.sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    Optimizer.adam({ weightDecay: 0.01 }),
    Optimizer.adamw({ weightDecay: 0.01 })
  ]
  const parameter = (optimizer: Optimizer.Optimizer, count: number): Update.Updated => ({
    weight: tf.variable(drawn("weight", [count])),
    slots: Moments.slots(optimizer).map((slot) => tf.variable(tf.abs(drawn(slot, [count]))))
  })

  for (const optimizer of optimizers) {
    const nesterov = optimizer._tag === "Sgd" && optimizer.nesterov ? " with Nesterov's momentum" : ""
    it(`computes what ordinary operations do: ${optimizer._tag}${nesterov}`, () => {
      for (const count of [1, 4, 11]) {
        const [expected, actual] = [parameter(optimizer, count), parameter(optimizer, count)]
        const gradient = drawn("gradient", [count])
        for (let step = 0; step < 3; step++) {
          Update.byOperations.update(optimizer, expected, gradient, rates)
          own.inPlace?.update(optimizer, actual, gradient, rates)
        }
        const tensors = ({ slots, weight }: Update.Updated): ReadonlyArray<tf.Tensor> => [weight, ...slots]
        tensors(actual).forEach((tensor, index) =>
          assert.isBelow(distance(valuesOf(tensor), valuesOf(tensors(expected)[index] as tf.Tensor)), 1e-6)
        )
        tf.dispose([...tensors(actual), ...tensors(expected), gradient])
      }
    })
  }

  it("finds the length of all gradients, and that one of them is not finite", () => {
    tf.tidy(() => {
      const tensors = [1, 5, 700].map((count) => drawn(`gradient ${count}`, [count]))
      const length = Math.sqrt(tensors.reduce((sum, one) => sum + valuesOf(one).reduce((part, value) => part + value ** 2, 0), 0))
      const found = (more: ReadonlyArray<tf.Tensor>): number => valuesOf(own.inPlace?.norm([...tensors, ...more]) as tf.Tensor)[0] ?? 0
      assert.closeTo(found([]) / length, 1, 1e-6)
      assert.isNaN(found([tf.tensor([0, 0, 0, 0, NaN])]))
      assert.isNaN(found([tf.tensor([0, NaN, 0, 0, 0])]))
      assert.strictEqual(found([tf.tensor([1, 3e30])]), Infinity)
    })
  })

  it("moves a mean by a share of the way", () => {
    const mean = tf.variable(tf.tensor([0, 1, 2, 3, 4]))
    own.inPlace?.approach(mean, tf.tensor([1, 1, 1, 1, 0]), 0.25)
    assert.deepStrictEqual([...valuesOf(mean)], [0.25, 1, 1.75, 2.5, 3])
    mean.dispose()
  })
})

describe("The wasm engine's operations", () => {
  /** Computes with tfjs's own operations, then with those that replace them. */
  const both = (body: () => tf.Tensor | Array<tf.Tensor>): void => {
    const run = (): ReadonlyArray<unknown> => tf.tidy(() => [body()].flat().map((one) => [one.shape, one.dtype, [...one.dataSync()]]) as never)
    assert.deepStrictEqual(run(), backend.withStock(Operations.replaced, run))
  }

  it("cut, split and join as tfjs's do, on every axis and type", () => {
    for (const dtype of ["float32", "int32", "bool"] as const) {
      const x = tf.cast(tf.reshape(tf.range(0, 2 * 3 * 4 * 5), [2, 3, 4, 5]), dtype)
      for (const axis of [0, 1, 2, 3]) {
        const extent = x.shape[axis] ?? 0
        both(() => tf.concat([x, x], axis))
        both(() => tf.split(x, [1, extent - 1], axis))
        both(() => tf.slice(x, [0, 0, 0, 0].with(axis, 1), [-1, -1, -1, -1].with(axis, extent - 1)))
      }
      both(() => tf.slice(x, [1, 0, 1, 2], [1, 3, 2, 3]))
      both(() => tf.slice(x, [0, 0, 0, 0], [2, 3, 4, 5]))
      x.dispose()
    }
  })

  it("compare and bound over broadcast shapes as tfjs's do", () => {
    const shapes = [[[2, 3], [2, 3]], [[3], [2, 3]], [[2, 1], [1, 3]], [[], [5]], [[2, 1, 3, 1], [2, 2, 1, 5]], [[1, 2, 1, 3, 1], [4, 1, 2]]]
    for (const [left = [], right = []] of shapes) {
      const [a, b] = [tf.round(tf.mul(drawn("a", left), 2)), tf.round(tf.mul(drawn("b", right), 2))]
      for (const operation of [tf.less, tf.lessEqual, tf.greater, tf.greaterEqual, tf.equal, tf.minimum, tf.maximum]) {
        both(() => operation(a, b))
      }
      tf.dispose([a, b])
    }
    both(() => tf.clipByValue(drawn("clipped", [3, 7]), -0.25, 0.5))
    both(() => tf.minimum(tf.tensor([1, 5], [2], "int32"), tf.tensor([3], [1], "int32")))
  })

  /** Sums over axes in float64, value by value. */
  const exactSum = (x: tf.Tensor, axes: ReadonlyArray<number>): ReadonlyArray<number> => {
    const kept = x.shape.map((extent, axis) => axes.includes(axis) ? 1 : extent)
    const behind = (shape: ReadonlyArray<number>, axis: number) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)
    const sums = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, () => 0)
    valuesOf(x).forEach((value, at) => {
      const cell = x.shape.reduce((sum, extent, axis) =>
        axes.includes(axis) ? sum : sum + Math.floor(at / behind(x.shape, axis)) % extent * behind(kept, axis), 0)
      sums[cell] = (sums[cell] ?? 0) + value
    })
    return sums
  }

  it("sum up over all sets of axes as float64 does, and keep axes where asked for", () => {
    const x = drawn("summed", [2, 6, 5, 3, 9])
    for (let set = 1; set < 32; set++) {
      const axes = [0, 1, 2, 3, 4].filter((axis) => (set & 1 << axis) !== 0)
      tf.tidy(() => {
        const [sums, kept] = [tf.sum(x, axes), tf.sum(x, axes.map((axis) => axis - 5), true)]
        assert.deepStrictEqual(sums.shape, x.shape.filter((_, axis) => !axes.includes(axis)))
        assert.deepStrictEqual(kept.shape, x.shape.map((extent, axis) => axes.includes(axis) ? 1 : extent))
        assert.isBelow(distance(valuesOf(sums), exactSum(x, axes)), 3e-7, axes.join())
        assert.deepStrictEqual(valuesOf(kept), valuesOf(sums))
      })
    }
    x.dispose()
  })

  it("sum up what tfjs's do in other types, over no axis and over nothing", () => {
    both(() => tf.sum(tf.tensor([[1, 2], [3, 4]], [2, 2], "int32"), 0))
    both(() => tf.sum(tf.tensor([[true, false], [true, true]], [2, 2], "bool")))
    both(() => tf.sum(tf.tensor([[1.5, 2], [3, 4]]), []))
    both(() => tf.sum(tf.scalar(2.5)))
    tf.tidy(() => {
      assert.deepStrictEqual([...valuesOf(tf.sum(tf.zeros([3, 0]), 1))], [0, 0, 0])
      assert.deepStrictEqual(valuesOf(tf.sum(tf.zeros([0, 3]), 1)).length, 0)
    })
  })

  it("sum up millions of values without losing digits", () => {
    const cases = [[[20_000_003], 0], [[5_000_000, 4], 0], [[3, 7_000_000], 1], [[2, 4_000_000, 5], 1]] as const
    for (const [shape, axis] of cases) {
      tf.tidy(() => {
        const sums = valuesOf(tf.sum(tf.mul(tf.ones([...shape]), 0.1), axis))
        const exact = Math.fround(0.1) * (shape.at(axis) ?? 0)
        sums.forEach((sum) => assert.closeTo(sum / exact, 1, 1e-6, shape.join()))
      })
    }
    assert.strictEqual(tf.tidy(() => valuesOf(tf.sum(tf.ones([20_000_000])))[0]), 20_000_000)
  })

  it("sum up NaN and infinity to what they make, wherever they stand", () => {
    for (let place = 0; place < 11; place++) {
      for (const [given, made] of [[[NaN], NaN], [[Infinity], Infinity], [[-Infinity], -Infinity], [[Infinity, -Infinity], NaN]] as const) {
        tf.tidy(() => {
          const values = Float32Array.from({ length: 12 }, () => 1)
          values.set(given, place)
          assert.deepStrictEqual([...valuesOf(tf.sum(tf.tensor(values)))], [made])
          assert.deepStrictEqual([...valuesOf(tf.sum(tf.stack([tf.ones([12]), tf.tensor(values)]), 1))], [12, made])
          const columns = valuesOf(tf.sum(tf.stack([tf.ones([12]), tf.tensor(values), tf.ones([12])]), 0))
          assert.deepStrictEqual([...columns], [...values].map((value) => value + 2))
        })
      }
    }
  })
})
