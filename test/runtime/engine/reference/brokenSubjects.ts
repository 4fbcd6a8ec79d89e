/**
 * Engines that are wrong in one place each, and the cases that must notice it.
 */
import * as tf from "@tensorflow/tfjs-core"
import * as Optimizer from "../../../../dsl/Optimizer.ts"
import type { Subject } from "../../../../runtime/engine/reference/ReferenceCases.ts"
import * as Stored from "../../../../runtime/engine/reference/Stored.ts"
import type { Configuration } from "../../../../runtime/step/Configuration.ts"
import * as EagerStep from "../../../../runtime/step/EagerStep.ts"
import type { Kernels } from "../../../../runtime/step/Kernels.ts"
import type { Step } from "../../../../runtime/step/Step.ts"

interface BrokenSubject {
  readonly title: string
  readonly breaks: ReadonlyArray<string>
  /** Cases that the mistake may break: differences of the loss are inexact where the broken network has kinks. */
  readonly mayBreak?: ReadonlyArray<string>
  /** What every one of the failures must say. */
  readonly message: RegExp
  readonly make: (sound: Kernels) => Subject
}

const threeSteps = "three steps of SGD with Nesterov momentum, decay, clipping and average"
const prediction = "a prediction by the averaged weights and statistics"
const fixedTargets = "the loss against fixed targets changes along the network's weights as its gradients say"
const withoutBoxes = "a compiled step's loss without boxes changes along its weights as its gradients say"
const spoilt = ["NaN in one pixel", "an infinite pixel", "NaN in one box", "an infinite box"].map((what) =>
  `a batch with ${what} leaves the state as it is, bit by bit`
)
const far = "batch norm in training, a channel far from zero and one that is constant"
const norms = [
  "batch norm in training",
  "batch norm in training, another epsilon and momentum",
  "batch norm in training, two values a channel",
  far
]
const convolutionsBy = (differentiated: string): ReadonlyArray<string> =>
  Stored.operations.flatMap(({ case: name, inputs, operation }) =>
    operation === "convolution" && inputs.some((one) => one.name === differentiated && one.gradient !== undefined)
      ? [name]
      : []
  )
const notANumber = "convolution lets NaN through to the cells that see it, and to no other"
const branches = "bias gradients of a concat's equally large parts are not mixed up"
const fusedGradients = [3, 14].map((channels) => `batch norm in training with SiLU behind it, ${channels} channels`)
const fused = [...fusedGradients, "batch norm in training is NaN in the channel of a NaN, and in no other"]
const silus = ["SiLU", "SiLU far from zero", "SiLU of NaN and infinity", ...fused]
const ties = "max pool 5, of equal maxima the first takes the gradient"
const figures = /is .* instead of .*|has length .* instead of length/

const gradientTimes = <T extends tf.Tensor>(factor: number, tensor: T): T =>
  tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (upstream: tf.Tensor) => tf.mul(upstream, factor)
  }))(tensor) as T

/** The kernels without those that compute norm and SiLU in one, so that either can be broken. */
const separate = (kernels: Kernels): Kernels => {
  const { batchNormSilu: _, ...others } = kernels
  return others
}

/** The sound kernels but for some, with steps over them. */
const withKernels = (change: (sound: Kernels) => Partial<Kernels>) => (all: Kernels): Subject => {
  const sound = separate(all)
  const kernels = { ...sound, ...change(sound) }
  return { kernels, compile: (configuration) => EagerStep.make(configuration, kernels) }
}

/** The sound kernels, and steps that are not what was asked for. */
const withSteps = (compile: (configuration: Configuration, kernels: Kernels) => Step) => (sound: Kernels): Subject => ({
  kernels: sound,
  compile: (configuration) => compile(configuration, sound)
})

let leaked: Array<tf.Tensor> = []

/** Hands over what a leaking kernel left behind. */
export const kept = (): Array<tf.Tensor> => {
  const tensors = leaked
  leaked = []
  return tensors
}

const flipped = (tensor: tf.Tensor4D): tf.Tensor4D => tf.reverse(tensor, [1, 2])

export const subjects: ReadonlyArray<BrokenSubject> = [
  {
    title: "a strided convolution is padded at its end alone",
    breaks: [
      "convolution 3x3, stride 2, 4x6 cells",
      "convolution 3x3, stride 2, 2x2 cells",
      "convolution 5x5, stride 2, 4x4 cells",
      "convolution of a fixed input",
      "convolution 3x3, stride 2, 1 channel to 1",
      threeSteps,
      prediction
    ],
    mayBreak: [fixedTargets, withoutBoxes],
    message: figures,
    make: withKernels(({ convolution }) => ({
      convolution: (input, weight, stride) => {
        const [, height, width] = input.shape
        const even = height % 2 === 0 && width % 2 === 0
        if (stride === 1 || weight.shape[0] === 1 || !even) return convolution(input, weight, stride)
        // Without its first row and column, and with zeros behind its last ones, the input is seen one cell later.
        const behind: [number, number] = [0, 1]
        const padded = tf.pad(input, [[0, 0], behind, behind, [0, 0]])
        return convolution(tf.slice(padded, [0, 1, 1, 0], [-1, height, width, -1]), weight, stride)
      }
    }))
  },
  {
    title: "a convolution's gradient by the weights is off by a fiftieth",
    breaks: [...convolutionsBy("weight"), branches, threeSteps, fixedTargets, withoutBoxes],
    message: /gradient/,
    make: withKernels(({ convolution }) => ({
      convolution: (input, weight, stride) => convolution(input, gradientTimes(1.02, weight), stride)
    }))
  },
  {
    title: "a convolution's gradient by the input is off by a hundredth",
    breaks: [...convolutionsBy("input"), branches, threeSteps, fixedTargets, withoutBoxes],
    message: /gradient/,
    make: withKernels(({ convolution }) => ({
      convolution: (input, weight, stride) => convolution(gradientTimes(1.01, input), weight, stride)
    }))
  },
  {
    title: "a bias gradient is off by a hundredth",
    breaks: ["bias", "bias of 5 channels over 300 cells", branches, threeSteps],
    message: /the gradient by .*bias is|the momentum of head\..*bias has length/,
    make: withKernels(({ bias }) => ({ bias: (input, values) => bias(input, gradientTimes(1.01, values)) }))
  },
  {
    title: "batch norm keeps the biased variance",
    breaks: [...norms, ...fused, threeSteps],
    message: /variance/,
    make: withKernels(({ batchNorm }) => ({
      batchNorm: (input, gamma, beta, mean, variance, options) => {
        const result = batchNorm(input, gamma, beta, mean, variance, options)
        const count = input.size / gamma.size
        const biased = tf.tidy(() => {
          const old = tf.mul(variance, 1 - options.momentum)
          return tf.add(old, tf.mul(tf.sub(result.variance, old), (count - 1) / count)) as tf.Tensor1D
        })
        result.variance.dispose()
        return { ...result, variance: tf.keep(biased) }
      }
    }))
  },
  {
    title: "batch norm's gradient by gamma is off by a hundredth",
    breaks: [...norms, ...fusedGradients, threeSteps],
    message: /the gradient by gamma is|gamma has length|the gradient's norm is/,
    make: withKernels(({ batchNorm }) => ({
      batchNorm: (input, gamma, ...more) => batchNorm(input, gradientTimes(1.01, gamma), ...more)
    }))
  },
  {
    title: "batch norm has an epsilon of its own",
    breaks: ["batch norm in training, another epsilon and momentum"],
    message: /output is/,
    make: withKernels(({ batchNorm }) => ({
      batchNorm: (input, gamma, beta, mean, variance, { momentum }) =>
        batchNorm(input, gamma, beta, mean, variance, { epsilon: 1e-3, momentum })
    }))
  },
  {
    title: "batch norm in inference forgets epsilon",
    breaks: ["batch norm in inference", prediction],
    message: /(output|boxes) is/,
    make: withKernels(({ batchNormInference }) => ({
      batchNormInference: (input, gamma, beta, mean, variance) =>
        batchNormInference(input, gamma, beta, mean, variance, 1e-9)
    }))
  },
  {
    title: "SiLU overflows",
    breaks: ["SiLU far from zero", "SiLU of NaN and infinity"],
    message: /output is NaN instead of/,
    make: withKernels(() => ({
      silu: (input) => tf.div(tf.mul(input, tf.exp(input)), tf.add(tf.exp(input), 1))
    }))
  },
  {
    title: "SiLU's gradient is off by a hundredth",
    breaks: ["SiLU", "SiLU far from zero", ...fusedGradients, threeSteps, fixedTargets, withoutBoxes],
    message: /gradient/,
    make: withKernels(({ silu }) => ({ silu: (input) => silu(gradientTimes(1.01, input)) }))
  },
  {
    title: "batch norm and SiLU in one leave out the norm's gradient by beta",
    breaks: [...fusedGradients, threeSteps, fixedTargets],
    message: /gradient|norm/,
    make: withKernels(({ batchNorm, silu }) => ({
      batchNormSilu: (input, gamma, beta, ...more) => {
        const { mean, output, variance } = batchNorm(input, gamma, gradientTimes(0, beta), ...more)
        return { output: silu(output), mean, variance }
      }
    }))
  },
  {
    title: "pools are tfjs's own",
    breaks: [
      "max pool 5, windows of negative values",
      "max pool 5, fewer cells than a window",
      ties,
      threeSteps,
      fixedTargets,
      withoutBoxes
    ],
    message: /gradient/,
    make: withKernels(() => ({ maxPool: (input, size) => tf.maxPool(input, size, 1, "same") }))
  },
  {
    title: "SiLU leaves a tensor behind",
    breaks: silus,
    message: /^\d tensors? (is|are) left behind$/,
    make: (sound) => ({
      ...withKernels(() => ({}))(sound),
      kernels: {
        ...separate(sound),
        silu: (input) => {
          leaked.push(tf.keep(tf.clone(input)))
          return sound.silu(input)
        }
      }
    })
  },
  {
    title: "upsampling gives every image the gradient of the first",
    breaks: ["upsample, a batch of 3", threeSteps, fixedTargets, withoutBoxes],
    message: /gradient/,
    make: withKernels(({ upsample }) => ({
      upsample: (input) =>
        upsample(
          tf.customGrad((x) => ({
            value: tf.clone(x as tf.Tensor4D),
            gradFunc: (upstream: tf.Tensor4D) =>
              tf.tile(tf.slice(upstream, [0, 0, 0, 0], [1, -1, -1, -1]), [input.shape[0], 1, 1, 1])
          }))(input) as tf.Tensor4D
        )
    }))
  },
  {
    title: "of equal maxima the last takes the gradient",
    breaks: [ties],
    message: /the gradient by input is/,
    make: withKernels(({ maxPool }) => ({ maxPool: (input, size) => flipped(maxPool(flipped(input), size)) }))
  },
  {
    title: "pools see zeros outside of the image",
    breaks: [
      "max pool 5, windows of negative values",
      "max pool 5, fewer cells than a window",
      ties,
      threeSteps,
      prediction
    ],
    mayBreak: [fixedTargets, withoutBoxes],
    message: figures,
    make: withKernels(({ maxPool }) => ({
      maxPool: (input, size) => {
        const [, height, width] = input.shape
        const reach = Math.floor(size / 2)
        const pad: [number, number] = [reach, reach]
        const padded = tf.pad(input, [[0, 0], pad, pad, [0, 0]])
        return tf.slice(maxPool(padded, size), [0, reach, reach, 0], [-1, height, width, -1])
      }
    }))
  },
  {
    title: "a kernel is missing",
    breaks: [...convolutionsBy("weight"), notANumber, branches, threeSteps, prediction, ...spoilt, fixedTargets, withoutBoxes],
    message: /^fails: no such kernel$/,
    make: withKernels(() => ({
      convolution: () => {
        throw new Error("no such kernel")
      }
    }))
  },
  {
    title: "steps do not compile",
    breaks: [threeSteps, prediction, ...spoilt, withoutBoxes],
    message: /^fails: no such step$/,
    make: withSteps(() => {
      throw new Error("no such step")
    })
  },
  {
    title: "a step that is not finite decays the momenta",
    breaks: spoilt,
    message: /^the optimizer' .* changed at 0: /,
    make: withSteps((configuration, kernels) => {
      const step = EagerStep.make(configuration, kernels)
      return {
        ...step,
        run: (batch, scalars) => {
          const outcome = step.run(batch, scalars)
          if (!outcome.finite) {
            const state = step.read()
            const optimizer = state.optimizer.map((tensor) => ({
              ...tensor,
              data: tensor.data.map((value) => value * scalars.momentum)
            }))
            step.write({ ...state, optimizer })
          }
          return outcome
        }
      }
    })
  },
  {
    title: "gradients are not clipped",
    breaks: [threeSteps],
    message: /step 1: the momentum of /,
    make: withSteps((configuration, kernels) => {
      const step = EagerStep.make(configuration, kernels)
      return {
        ...step,
        run: (batch, scalars) => {
          const outcome = step.run(batch, { ...scalars, clipBound: Infinity })
          return { ...outcome, clipped: outcome.finite && scalars.clipBound < Infinity }
        }
      }
    })
  },
  {
    title: "momentum is not Nesterov's",
    breaks: [threeSteps],
    message: /step 2: /,
    make: withSteps((configuration, kernels) =>
      EagerStep.make({
        ...configuration,
        optimizer: Optimizer.sgd({ momentum: 0.9, weightDecay: configuration.optimizer.weightDecay })
      }, kernels)
    )
  },
  {
    title: "weights do not decay",
    breaks: [threeSteps],
    message: /step 1: the momentum of /,
    make: withSteps((configuration, kernels) =>
      EagerStep.make({ ...configuration, optimizer: { ...configuration.optimizer, weightDecay: 0 } }, kernels)
    )
  },
  {
    title: "the average stands still",
    breaks: [threeSteps],
    message: /after 3 steps the average's change of /,
    make: withSteps((configuration, kernels) => {
      const step = EagerStep.make(configuration, kernels)
      return { ...step, run: (batch, scalars) => step.run(batch, { ...scalars, emaDecay: 1 }) }
    })
  }
]
