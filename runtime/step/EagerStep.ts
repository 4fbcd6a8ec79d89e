/**
 * The step as ordinary tfjs operations, one after the other: what a compiled step is checked against, and what runs
 * where an engine cannot compile one.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Batch } from "../data/Batch.ts"
import * as Anchors from "../detect/Anchors.ts"
import * as Decode from "../detect/Decode.ts"
import { type Group, parameters, type TrainingGraph } from "../graph/TrainingGraph.ts"
import * as Clip from "../optim/Clip.ts"
import * as Moments from "../optim/Moments.ts"
import * as Backward from "./Backward.ts"
import { type Configuration, requireRoom, requireWhole } from "./Configuration.ts"
import { forward, type Outputs } from "./Forward.ts"
import { initialState } from "./InitialState.ts"
import type { Kernels } from "./Kernels.ts"
import * as Masks from "./Masks.ts"
import * as PerTensorClip from "./PerTensorClip.ts"
import { boundOf, type Figures, outcomeOf } from "./Report.ts"
import type { Prediction, Scalars, State, Step, StepOutcome } from "./Step.ts"
import * as Update from "./Update.ts"
import * as Variables from "./Variables.ts"

/** An eager step, open to its parts: recording needs the variables, checking needs the gradients. */
export interface EagerStep extends Step {
  readonly objective: Backward.Objective
  readonly variables: { readonly parameters: Variables.Variables; readonly buffers: Variables.Variables }
  /** Evaluates loss and gradients from the present state and changes nothing. The caller disposes the result. */
  readonly backward: (batch: Backward.BatchTensors, settings?: Partial<Backward.Settings>) => Backward.Backward
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

/** Turns the network's outputs into boxes in pixels, where it predicts any, and scores in 0..1. */
export const decode = (
  objective: Backward.Objective,
  outputs: Outputs
): { readonly boxes: tf.Tensor | null; readonly scores: tf.Tensor } => ({
  boxes: outputs.distances === null ? null : Decode.pixels(outputs.distances, objective.anchors),
  scores: tf.sigmoid(outputs.logits)
})

/** What the batches of a step have come to so far: sums of gradients and losses, and the statistics they moved. */
interface Held {
  readonly gradients: ReadonlyMap<string, tf.Tensor>
  readonly buffers: ReadonlyMap<string, tf.Tensor1D>
  readonly losses: tf.Tensor1D
  readonly batches: number
}

const release = (held: Held | null): void =>
  tf.dispose([...held?.gradients.values() ?? [], ...held?.buffers.values() ?? [], ...held === null ? [] : [held.losses]])

/** Starts an eager step from the configuration's initial state on the current tfjs backend. */
export const make = (configuration: Configuration, kernels: Kernels): EagerStep => {
  const { accumulate, clip, ema, graph, optimizer, seed } = configuration
  const inPlace = kernels.inPlace ?? Update.byOperations
  const objective: Backward.Objective = {
    graph,
    kernels,
    loss: configuration.loss,
    anchors: Anchors.make(graph.input[0], graph.strides)
  }
  const start = initialState(graph, { seed, ema, optimizer })
  const weights = Variables.make(start.parameters, true)
  const running = Variables.make(start.buffers, false)
  const slots = Variables.make(start.optimizer, false)
  const average = Variables.make(start.ema, false)
  const groups = new Map<string, Group>(parameters(graph).map(({ address, tensor }) => [address, tensor.group]))
  const slotNames = Moments.slots(optimizer)
  let updates = start.updates
  let held: Held | null = null

  const masksOf = (batch: number): ReadonlyMap<string, tf.Tensor> =>
    new Map(
      Masks.draw(graph, configuration.batch, seed, batch).map(({ node, shape, values }) => [node, tf.tensor(values, [...shape])])
    )
  const backward: EagerStep["backward"] = (batch, settings = {}) => {
    const gains = settings.gains ?? Backward.gainsOf(configuration.loss)
    const masks = settings.masks ?? masksOf(updates * accumulate + (held?.batches ?? 0))
    try {
      return Backward.backward(objective, weights, held?.buffers ?? running, batch, { gains, masks })
    } finally {
      if (settings.gains === undefined) gains.dispose()
      if (settings.masks === undefined) tf.dispose([...masks.values()])
    }
  }

  /** Adds a batch to what is held; the result is kept, and the caller disposes it. */
  const joined = (batch: Batch): Held => {
    const result = tf.tidy(() => {
      const { buffers, gradients, loss, parts } = backward(batchTensors(graph, batch))
      const losses = tf.stack([loss, ...parts]) as tf.Tensor1D
      tf.dispose([...parts])
      const sums = new Map<string, tf.Tensor>()
      for (const [address, gradient] of gradients) {
        const before = held?.gradients.get(address)
        sums.set(address, tf.keep(before === undefined ? gradient : tf.add(before, gradient)))
      }
      return {
        gradients: sums,
        buffers,
        losses: tf.keep(held === null ? losses : tf.add(held.losses, losses)),
        batches: (held?.batches ?? 0) + 1
      } as unknown as tf.TensorContainer
    }) as unknown as Held
    release(held)
    held = null
    return result
  }

  /** Applies optimizer and average to gradients that are finite and clipped but for `coefficient`. */
  const update = (
    gradients: ReadonlyMap<string, tf.Tensor>,
    buffers: ReadonlyMap<string, tf.Tensor1D>,
    coefficient: number,
    scalars: Scalars
  ): void => {
    const correction = optimizer._tag === "Sgd" ? { first: 1, second: 1 } : Moments.correction(optimizer, updates + 1)
    for (const [address, gradient] of gradients) {
      const group = groups.get(address)
      const parameter = {
        weight: Variables.at(weights, address),
        slots: slotNames.map((slot) => Variables.at(slots, Moments.addressOf(address, slot)))
      }
      inPlace.update(optimizer, parameter, gradient, {
        coefficient,
        learningRate: group === "biases" ? scalars.biasLearningRate : scalars.learningRate,
        momentum: scalars.momentum,
        decay: group === "weights" ? optimizer.weightDecay : 0,
        correction
      })
    }
    for (const [address, value] of buffers) running.get(address)?.assign(value)
    for (const [address, mean] of average) {
      const value = weights.get(address) ?? running.get(address)
      if (value !== undefined) inPlace.approach(mean, value, 1 - scalars.emaDecay)
    }
    updates += 1
  }

  const take = ({ batches, buffers, gradients: sums, losses }: Held, scalars: Scalars): Figures => {
    const gradients = batches === 1
      ? sums
      : new Map([...sums].map(([address, sum]) => [address, tf.mul(sum, 1 / batches)]))
    const norm = inPlace.norm([...gradients.values()])
    const factors = clip._tag === "PerLayer" || clip._tag === "Adaptive"
      ? new Map(
        [...gradients].map(([address, gradient]) => [
          address,
          PerTensorClip.coefficient(clip, Variables.at(weights, address), gradient)
        ])
      )
      : null
    const clipped = factors === null ? tf.scalar(0) : PerTensorClip.clippedTensors([...factors.values()])
    const [gradNorm = NaN, clippedTensors = 0, loss = NaN, ...parts] = tf
      .concat([tf.stack([norm, clipped]), tf.div(losses, batches)])
      .dataSync<"float32">()
    const finite = Number.isFinite(gradNorm) && Number.isFinite(loss)
    if (finite) {
      const scaled = factors === null
        ? gradients
        : new Map([...gradients].map(([address, gradient]) => [address, tf.mul(gradient, Variables.at(factors, address))]))
      const coefficient = Clip.coefficient(gradNorm, boundOf(configuration, scalars, gradNorm))
      update(scaled, buffers, coefficient, scalars)
    }
    return { loss, parts, gradNorm, finite, clippedTensors }
  }

  const run = (batch: Batch, scalars: Scalars): StepOutcome => {
    requireWhole(configuration, (held?.batches ?? 0) + 1)
    const whole = joined(batch)
    try {
      const figures = tf.tidy(() => take(whole, scalars) as unknown as tf.TensorContainer) as unknown as Figures
      return outcomeOf(figures, configuration, scalars)
    } finally {
      release(whole)
    }
  }

  const predict = (images: Float32Array): Prediction =>
    tf.tidy(() => {
      const [height, width, channels] = graph.input
      const source: ReadonlyMap<string, tf.Tensor> = ema ? average : new Map([...weights, ...running])
      const tensorOf = (address: string): tf.Tensor => Variables.at(source, address)
      const batch = tf.tensor4d(images, [images.length / (height * width * channels), height, width, channels])
      const mode = { training: false, masks: new Map(), onBuffer: () => {} }
      const { boxes, scores } = decode(objective, forward(graph, kernels, tensorOf, tensorOf, batch, mode))
      return {
        boxes: boxes?.dataSync<"float32">().slice() ?? new Float32Array(),
        scores: scores.dataSync<"float32">().slice()
      }
    }) as unknown as Prediction

  const gradients: Step["gradients"] = (batch, gains) =>
    tf.tidy(() => {
      const result = backward(batchTensors(graph, batch), { gains: tf.tensor1d([...gains]) })
      const values = new Map(
        [...result.gradients].map(([address, gradient]) => [address, gradient.dataSync<"float32">().slice()] as const)
      )
      Backward.dispose(result)
      return values as unknown as tf.TensorContainer
    }) as unknown as ReadonlyMap<string, Float32Array>

  const drop = (): void => {
    release(held)
    held = null
  }

  return {
    batch: configuration.batch,
    execution: { mode: "eager", reason: null },
    objective,
    variables: { parameters: weights, buffers: running },
    backward,
    accumulate: (batch) => {
      requireRoom(configuration, (held?.batches ?? 0) + 1)
      held = joined(batch)
    },
    run,
    gradients,
    predict,
    read: (): State => ({
      updates,
      parameters: Variables.read(weights),
      optimizer: Variables.read(slots),
      buffers: Variables.read(running),
      ema: Variables.read(average)
    }),
    write: (state) => {
      drop()
      updates = state.updates
      Variables.write(weights, state.parameters)
      Variables.write(slots, state.optimizer)
      Variables.write(running, state.buffers)
      Variables.write(average, state.ema)
    },
    dispose: () => {
      drop()
      for (const variables of [weights, slots, running, average]) {
        tf.dispose([...variables.values()])
        variables.clear()
      }
    }
  }
}
