/**
 * Gradients of whole networks against finite differences of their own losses: no stored value takes part.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Batch } from "../../data/Batch.ts"
import * as Anchors from "../../detect/Anchors.ts"
import { type Geometry, lossAgainst, type Targets } from "../../detect/Loss.ts"
import { sizeOf } from "../../graph/TrainingGraph.ts"
import { forward } from "../../step/Forward.ts"
import * as Parts from "../../step/Parts.ts"
import type { NamedTensor, Scalars, Step } from "../../step/Step.ts"
import * as Taps from "../../step/Taps.ts"
import type { Case, Subject } from "./Case.ts"
import * as Difference from "./Difference.ts"
import * as Example from "./Example.ts"
import { withStep } from "./StepCases.ts"

const { graph } = Example.configuration
/** Without the box part, whose published gradient is not its derivative: it holds CIoU's alpha constant. */
const gains = { ...Example.gains, box: 0 }

/**
 * How far weights are moved, in units of their spread. Rounding and the differences' own error were seen to leave a few
 * thousandths of the derivative.
 */
const width = 5e-4
const tolerance = 1e-2

const direction = ({ name, shape }: NamedTensor): Float64Array => {
  const spread = Example.spread(name, shape)
  return Example.hashed(`path ${name}`, sizeOf(shape)).map((value) => value * spread)
}

const moved = (tensors: ReadonlyArray<NamedTensor>, by: number): ReadonlyArray<NamedTensor> =>
  tensors.map((tensor) => {
    const way = direction(tensor)
    return { ...tensor, data: tensor.data.map((value, index) => value + by * (way[index] ?? NaN)) }
  })

const along = (gradients: ReadonlyArray<NamedTensor>): number =>
  gradients.reduce((sum, gradient) => {
    const way = direction(gradient)
    return sum + gradient.data.reduce((partial, value, index) => partial + value * (way[index] ?? NaN), 0)
  }, 0)

/** Compares the derivative that gradients give in one direction with differences of the loss, of fourth order. */
const derivativeDiffers = (
  gradients: ReadonlyArray<NamedTensor>,
  lossAt: (parameters: ReadonlyArray<NamedTensor>) => number
): string | null => {
  const start = Example.startState().parameters
  const rise = (by: number): number => lossAt(moved(start, by)) - lossAt(moved(start, -by))
  const slope = (8 * rise(width) - rise(2 * width)) / (12 * width)
  return Difference.ofNumbers("the derivative by the gradients", along(gradients), slope, tolerance)
}

/** At these rates a step changes no weight. */
const still: Scalars = {
  learningRate: 0,
  biasLearningRate: 0,
  momentum: 0.9,
  clipBound: Infinity,
  clipInputs: [],
  emaDecay: 1,
  inject: [0, 0]
}

/** Without boxes the targets do not follow the predictions, as the assigner's do without a gradient. */
const withoutBoxes = (): Batch => {
  const batch = Example.batchOf(0)
  return { ...batch, present: new Float32Array(batch.present.length) }
}

const ofStep = (step: Step): string | null => {
  const batch = withoutBoxes()
  const start = Example.startState()
  const gradients = step.gradients(batch, Parts.of(Example.gains).map(([, gain]) => gain))
  return derivativeDiffers(
    start.parameters.map((tensor) => ({ ...tensor, data: gradients.get(tensor.name) ?? new Float32Array() })),
    (parameters) => {
      step.write({ ...start, parameters })
      return step.run(batch, still).loss
    }
  )
}

/** Targets for every third anchor: boxes of one to three strides a side around it, of alternating classes. */
const fixedTargets = (images: number, anchors: number, { centres }: Geometry): Targets => {
  const count = images * anchors
  const draw = (key: string, size: number): Float32Array => Float32Array.from(Example.hashed(key, size))
  const weights = draw("weights", count).map((value, index) => index % 3 === 0 ? (1 + value) / 2 : 0)
  const reach = (key: string): tf.Tensor =>
    tf.add(tf.tensor(draw(key, 2 * count), [2, images, anchors]), 2)
  return {
    weight: tf.tensor2d(weights, [images, anchors]),
    scores: tf.tensor3d(
      Float32Array.from({ length: 2 * count }, (_, index) => {
        const [anchor, kind] = [Math.floor(index / 2), index % 2]
        return kind === anchor % 2 ? weights[anchor] ?? NaN : 0
      }),
      [images, anchors, 2]
    ),
    corners: { low: tf.sub(centres, reach("low")), high: tf.add(centres, reach("high")) },
    broken: tf.scalar(0)
  }
}

const ofKernels = ({ kernels }: Subject): string | null => {
  const anchors = Anchors.make(graph.input[0], graph.strides)
  const { batch } = Example.configuration
  const buffers = new Map(
    Example.startState().buffers.map(({ data, name, shape }) => [name, tf.tensor(data, [...shape])])
  )
  const images = tf.tensor4d(Example.images(0), [batch, ...graph.input])
  const required = (tensors: ReadonlyMap<string, tf.Tensor>, address: string): tf.Tensor => {
    const tensor = tensors.get(address)
    if (tensor === undefined) throw new Error(`the example has no tensor "${address}"`)
    return tensor
  }
  const start = Example.startState().parameters
  const tensorsOf = (parameters: ReadonlyArray<NamedTensor>): Array<tf.Tensor> =>
    parameters.map(({ data, shape }) => tf.tensor(data, [...shape]))
  const lossOf = (...values: ReadonlyArray<tf.Tensor>): tf.Scalar => {
    const weights = new Map(start.map(({ name }, index) => [name, values[index] as tf.Tensor]))
    const statistics: Array<tf.Tensor> = []
    const outputs = forward(graph, kernels, (at) => required(weights, at), (at) => required(buffers, at), images, {
      training: true,
      masks: new Map(),
      onBuffer: (_, value) => statistics.push(value),
      taps: Taps.none
    })
    tf.dispose(statistics)
    if (outputs.distances === null) throw new Error("the example's network predicts no boxes")
    const predicted = { distances: outputs.distances, logits: outputs.logits }
    const loss = lossAgainst(predicted, (geometry) => fixedTargets(batch, anchors.count, geometry), { ...anchors, gains })
    return loss.total
  }
  const gradients = tf.grads(lossOf)(tensorsOf(start))
  return derivativeDiffers(
    start.map((tensor, index) => ({ ...tensor, data: (gradients[index] as tf.Tensor).dataSync<"float32">() })),
    (parameters) => lossOf(...tensorsOf(parameters)).dataSync<"float32">()[0] ?? NaN
  )
}

/** Checks gradients by differences. */
export const derivativeCases: ReadonlyArray<Case> = [
  {
    case: "the loss against fixed targets changes along the network's weights as its gradients say",
    run: (subject) => {
      let found: string | null = null
      tf.tidy(() => {
        found = ofKernels(subject)
      })
      return found
    }
  },
  {
    case: "a compiled step's loss without boxes changes along its weights as its gradients say",
    run: (subject) => withStep(subject, ofStep)
  }
]
