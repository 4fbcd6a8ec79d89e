/**
 * The step as ordinary tfjs operations, one after the other: what a compiled step is checked against, and what runs
 * where an engine cannot compile one.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Batch } from "../data/Batch.ts"
import * as Anchors from "../detect/Anchors.ts"
import * as Decode from "../detect/Decode.ts"
import { type Group, parameters, type TrainingGraph } from "../graph/TrainingGraph.ts"
import * as Backward from "./Backward.ts"
import type { Configuration } from "./Configuration.ts"
import { forward, type Outputs } from "./Forward.ts"
import { initialState } from "./InitialState.ts"
import type { Kernels } from "./Kernels.ts"
import { type Figures, outcomeOf } from "./Report.ts"
import type { NamedTensor, Prediction, Scalars, State, Step, StepOutcome } from "./Step.ts"
import { clipEpsilon } from "../optim/Clip.ts"

type Variables = Map<string, tf.Variable>

/** An eager step, open to its parts: recording needs the variables, checking needs the gradients. */
export interface EagerStep extends Step {
  readonly objective: Backward.Objective
  readonly variables: { readonly parameters: Variables; readonly buffers: Variables }
  /** Evaluates loss and gradients from the present state and changes nothing. The caller disposes the result. */
  readonly backward: (batch: Backward.BatchTensors) => Backward.Backward
}

/** Copies a batch into tensors of the current backend; the caller disposes them. */
export const batchTensors = (graph: TrainingGraph, batch: Batch): Backward.BatchTensors => {
  const [height, width, channels] = graph.input
  const size = batch.images.length / (height * width * channels)
  const columns = batch.present.length / size
  return {
    images: tf.tensor4d(batch.images, [size, height, width, channels]),
    boxes: tf.tensor3d(batch.boxes, [size, columns, 4]),
    classes: tf.tensor2d(batch.classes, [size, columns], "int32"),
    present: tf.tensor2d(batch.present, [size, columns])
  }
}

/** Turns the network's outputs into boxes in pixels and scores in 0..1. */
export const decode = (
  objective: Backward.Objective,
  outputs: Outputs
): { readonly boxes: tf.Tensor; readonly scores: tf.Tensor } => ({
  boxes: Decode.pixels(outputs.distances, objective.anchors),
  scores: tf.sigmoid(outputs.logits)
})

const variablesOf = (tensors: ReadonlyArray<NamedTensor>, trainable: boolean): Variables =>
  new Map(
    tensors.map(({ name, shape, data }) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, [...shape]), trainable))
    ])
  )

const readAll = (variables: Variables): ReadonlyArray<NamedTensor> =>
  [...variables].map(([name, variable]) => ({ name, shape: variable.shape, data: variable.dataSync<"float32">().slice() }))

const writeAll = (variables: Variables, tensors: ReadonlyArray<NamedTensor>): void => {
  for (const { name, shape, data } of tensors) {
    const variable = variables.get(name)
    if (variable === undefined) throw new Error(`the state has no tensor "${name}"`)
    tf.tidy(() => variable.assign(tf.tensor(data, [...shape])))
  }
}

/** Starts an eager step from the configuration's initial state on the current tfjs backend. */
export const make = (configuration: Configuration, kernels: Kernels): EagerStep => {
  const { ema, graph, optimizer } = configuration
  const objective: Backward.Objective = {
    graph,
    kernels,
    loss: configuration.loss,
    anchors: Anchors.make(graph.input[0], graph.strides)
  }
  const start = initialState(graph, { seed: configuration.seed, ema })
  const weights = variablesOf(start.parameters, true)
  const running = variablesOf(start.buffers, false)
  const momenta = variablesOf(start.optimizer, false)
  const average = variablesOf(start.ema, false)
  const groups = new Map<string, Group>(parameters(graph).map(({ address, tensor }) => [address, tensor.group]))

  /** Applies clip, guard, optimizer and average, in this order. */
  const update = (result: Backward.Backward, norm: tf.Scalar, scalars: Scalars): void => {
    const coefficient = tf.minimum(1, tf.div(Math.min(scalars.clipBound, 3e38), tf.add(norm, clipEpsilon)))
    for (const [address, gradient] of result.gradients) {
      const weight = weights.get(address)
      const momentum = momenta.get(address)
      if (weight === undefined || momentum === undefined) throw new Error(`the state has no tensor "${address}"`)
      const group = groups.get(address)
      const rate = group === "biases" ? scalars.biasLearningRate : scalars.learningRate
      const clipped = tf.mul(gradient, coefficient)
      const decayed = group === "weights" ? tf.add(clipped, tf.mul(weight, optimizer.weightDecay)) : clipped
      const velocity = tf.add(tf.mul(momentum, scalars.momentum), decayed)
      const direction = optimizer.nesterov ? tf.add(decayed, tf.mul(velocity, scalars.momentum)) : velocity
      momentum.assign(velocity)
      weight.assign(tf.sub(weight, tf.mul(direction, rate)))
    }
    for (const [address, value] of result.buffers) running.get(address)?.assign(value)
    for (const [address, mean] of average) {
      const value = weights.get(address) ?? running.get(address)
      if (value !== undefined) mean.assign(tf.sub(mean, tf.mul(tf.sub(mean, value), 1 - scalars.emaDecay)))
    }
  }

  const evaluate = (batch: Backward.BatchTensors): Backward.Backward =>
    Backward.backward(objective, weights, running, batch)

  const run = (batch: Batch, scalars: Scalars): StepOutcome => {
    const figures = tf.tidy(() => {
      const result = evaluate(batchTensors(graph, batch))
      const squares = [...result.gradients.values()].map((gradient) => tf.sum(tf.square(gradient)))
      const norm = tf.sqrt(tf.addN(squares)) as tf.Scalar
      const [loss = NaN, box = NaN, klass = NaN, dfl = NaN, gradNorm = NaN] = tf
        .stack([result.loss, result.box, result.class, result.dfl, norm])
        .dataSync<"float32">()
      const finite = Number.isFinite(gradNorm) && Number.isFinite(loss)
      if (finite) update(result, norm, scalars)
      Backward.dispose(result)
      return { loss, box, class: klass, dfl, gradNorm, finite }
    }) as unknown as Figures
    return outcomeOf(figures, configuration.loss, scalars.clipBound)
  }

  const predict = (images: Float32Array): Prediction =>
    tf.tidy(() => {
      const [height, width, channels] = graph.input
      const source = ema ? average : new Map([...weights, ...running])
      const tensorOf = (address: string): tf.Tensor => {
        const tensor = source.get(address)
        if (tensor === undefined) throw new Error(`the state has no tensor "${address}"`)
        return tensor
      }
      const batch = tf.tensor4d(images, [images.length / (height * width * channels), height, width, channels])
      const outputs = forward(graph, kernels, tensorOf, tensorOf, batch, { training: false, onBuffer: () => {} })
      const { boxes, scores } = decode(objective, outputs)
      return { boxes: boxes.dataSync<"float32">().slice(), scores: scores.dataSync<"float32">().slice() }
    }) as unknown as Prediction

  return {
    batch: configuration.batch,
    execution: { mode: "eager", reason: null },
    objective,
    variables: { parameters: weights, buffers: running },
    backward: evaluate,
    run,
    predict,
    read: (): State => ({
      parameters: readAll(weights),
      optimizer: readAll(momenta),
      buffers: readAll(running),
      ema: readAll(average)
    }),
    write: (state) => {
      writeAll(weights, state.parameters)
      writeAll(momenta, state.optimizer)
      writeAll(running, state.buffers)
      writeAll(average, state.ema)
    },
    dispose: () => {
      for (const variables of [weights, momenta, running, average]) {
        tf.dispose([...variables.values()])
        variables.clear()
      }
    }
  }
}
