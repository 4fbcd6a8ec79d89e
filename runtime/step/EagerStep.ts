/**
 * The step as ordinary tfjs operations, one after the other: what a compiled step is checked against, and what runs
 * where an engine cannot compile one.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Batch } from "../data/Batch.ts"
import * as Anchors from "../detect/Anchors.ts"
import * as Decode from "../detect/Decode.ts"
import { type Group, parameters } from "../graph/TrainingGraph.ts"
import * as Clip from "../optim/Clip.ts"
import * as Moments from "../optim/Moments.ts"
import * as Backward from "./Backward.ts"
import { type Configuration, requireRoom, requireWhole } from "./Configuration.ts"
import { forward, type Outputs } from "./Forward.ts"
import * as Held from "./Held.ts"
import { initialState } from "./InitialState.ts"
import * as Injection from "./Injection.ts"
import type { Kernels } from "./Kernels.ts"
import * as Masks from "./Masks.ts"
import * as PerTensorClip from "./PerTensorClip.ts"
import * as Probing from "./Probing.ts"
import { boundOf, type Figures, outcomeOf } from "./Report.ts"
import type { Prediction, Scalars, State, Step, StepOutcome } from "./Step.ts"
import * as Taps from "./Taps.ts"
import * as Update from "./Update.ts"
import * as Variables from "./Variables.ts"

/** An eager step, open to its parts: recording needs the variables, checking needs the gradients. */
export interface EagerStep extends Step {
  readonly objective: Backward.Objective
  readonly variables: { readonly parameters: Variables.Variables; readonly buffers: Variables.Variables }
  /** Evaluates loss and gradients from the present state and changes nothing. The caller disposes the result. */
  readonly backward: (batch: Backward.BatchTensors, settings?: Partial<Backward.Settings>) => Backward.Backward
}

/** Turns the network's outputs into boxes in pixels, where it predicts any, and scores in 0..1. */
export const decode = (
  objective: Backward.Objective,
  outputs: Outputs
): { readonly boxes: tf.Tensor | null; readonly scores: tf.Tensor } => ({
  boxes: outputs.distances === null ? null : Decode.pixels(outputs.distances, objective.anchors),
  scores: tf.sigmoid(outputs.logits)
})

/** Starts an eager step from the configuration's initial state on the current tfjs backend. */
export const make = (configuration: Configuration, kernels: Kernels): EagerStep => {
  const { accumulate, clip, ema, graph, optimizer, seed } = configuration
  Injection.requireNode(configuration)
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
  let held: Held.Held | null = null
  const drop = (): void => {
    Held.release(held)
    held = null
  }

  const masksOf = (batch: number): ReadonlyMap<string, tf.Tensor> =>
    new Map(
      Masks.draw(graph, configuration.batch, seed, batch).map(({ node, shape, values }) => [node, tf.tensor(values, [...shape])])
    )
  const backward: EagerStep["backward"] = (batch, settings = {}) => {
    const gains = settings.gains ?? Backward.gainsOf(configuration.loss)
    const masks = settings.masks ?? masksOf(updates * accumulate + (held?.batches ?? 0))
    try {
      return Backward.backward(objective, weights, held?.buffers ?? running, batch, {
        gains,
        masks,
        taps: settings.taps ?? Taps.none
      })
    } finally {
      if (settings.gains === undefined) gains.dispose()
      if (settings.masks === undefined) tf.dispose([...masks.values()])
    }
  }

  const injectedOf = (inject: Injection.Inject): Taps.Injected | null => {
    const [forward, backward] = inject
    if (!Injection.fires(configuration, inject) || configuration.inject === null) return null
    return { node: configuration.inject.node, forward: tf.scalar(forward), backward: tf.scalar(backward) }
  }

  /** Adds a batch to what is held, which it takes; the result is the caller's. */
  const joined = (batch: Batch, inject: Injection.Inject): Held.Held => {
    const result = Held.joined(held, () =>
      backward(Backward.batchTensors(graph, batch), { taps: { ...Taps.none, injected: injectedOf(inject) } })
    )
    drop()
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

  const take = (whole: Held.Held, scalars: Scalars): Figures => {
    const gradients = Held.gradients(whole)
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
    const [gradNorm = NaN, clippedTensors = 0, sound = 0, loss = NaN, ...parts] = tf
      .concat([tf.stack([norm, clipped, Held.soundStatistics(whole)]), Held.losses(whole)])
      .dataSync<"float32">()
    const finite = Number.isFinite(gradNorm) && Number.isFinite(loss) && sound === 1
    if (finite) {
      const scaled = factors === null
        ? gradients
        : new Map([...gradients].map(([address, gradient]) => [address, tf.mul(gradient, Variables.at(factors, address))]))
      const coefficient = Clip.coefficient(gradNorm, boundOf(configuration, scalars, gradNorm))
      update(scaled, whole.buffers, coefficient, scalars)
    }
    return { loss, parts, gradNorm, finite, clippedTensors }
  }

  const run = (batch: Batch, scalars: Scalars): StepOutcome => {
    requireWhole(configuration, (held?.batches ?? 0) + 1)
    const whole = joined(batch, scalars.inject)
    try {
      const figures = tf.tidy(() => take(whole, scalars) as unknown as tf.TensorContainer) as unknown as Figures
      return outcomeOf(figures, configuration, scalars)
    } finally {
      Held.release(whole)
    }
  }

  const predict = (images: Float32Array): Prediction =>
    tf.tidy(() => {
      const [height, width, channels] = graph.input
      const source: ReadonlyMap<string, tf.Tensor> = ema ? average : new Map([...weights, ...running])
      const tensorOf = (address: string): tf.Tensor => Variables.at(source, address)
      const batch = tf.tensor4d(images, [images.length / (height * width * channels), height, width, channels])
      const mode = { training: false, masks: new Map(), onBuffer: () => {}, taps: Taps.none }
      const { boxes, scores } = decode(objective, forward(graph, kernels, tensorOf, tensorOf, batch, mode))
      return {
        boxes: boxes?.dataSync<"float32">().slice() ?? new Float32Array(),
        scores: scores.dataSync<"float32">().slice()
      }
    }) as unknown as Prediction

  const gradients: Step["gradients"] = (batch, gains) =>
    tf.tidy(() => {
      const result = backward(Backward.batchTensors(graph, batch), { gains: tf.tensor1d([...gains]) })
      const values = new Map(
        [...result.gradients].map(([address, gradient]) => [address, gradient.dataSync<"float32">().slice()] as const)
      )
      Backward.dispose(result)
      return values as unknown as tf.TensorContainer
    }) as unknown as ReadonlyMap<string, Float32Array>

  const subject: Probing.Subject = {
    configuration,
    objective,
    parameters: weights,
    buffers: running,
    optimizer: slots,
    norm: inPlace.norm,
    masksOf: (batch) => masksOf(updates * accumulate + batch),
    injectedOf
  }

  return {
    batch: configuration.batch,
    execution: { mode: "eager", reason: null },
    objective,
    variables: { parameters: weights, buffers: running },
    backward,
    accumulate: (batch) => {
      requireRoom(configuration, (held?.batches ?? 0) + 1)
      held = joined(batch, Injection.nothing)
    },
    run,
    gradients,
    probe: (batches, options) => Probing.probe(subject, batches, options?.inject),
    rows: (batch) => Probing.rows(subject, batch),
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
