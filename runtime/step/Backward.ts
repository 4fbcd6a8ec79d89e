/**
 * The backward stage: the loss of one batch and its gradients, by tfjs's autodiff over an engine's kernels.
 */
import * as tf from "@tensorflow/tfjs-core"
import type * as Loss from "../../dsl/Loss.ts"
import type { Batch } from "../data/Batch.ts"
import type * as Anchors from "../detect/Anchors.ts"
import { yoloLoss } from "../detect/Loss.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import { classifierLoss } from "./ClassifierLoss.ts"
import { forward, type Outputs } from "./Forward.ts"
import type { Kernels } from "./Kernels.ts"
import * as Parts from "./Parts.ts"
import type { Taps } from "./Taps.ts"

/** A batch as tensors; shapes as in `Batch`. */
export interface BatchTensors {
  readonly images: tf.Tensor4D
  readonly boxes: tf.Tensor3D
  readonly classes: tf.Tensor2D
  readonly present: tf.Tensor2D
}

/** What a backward pass takes besides state and batch. */
export interface Settings {
  /** The gains of the loss's parts, in their order. */
  readonly gains: tf.Tensor1D
  /** What every dropout node multiplies its input with, `[batch, ...shape]`, by the node's id. */
  readonly masks: ReadonlyMap<string, tf.Tensor>
  readonly taps: Taps
}

/** The network together with what it is trained for, on one engine's kernels. */
export interface Objective {
  readonly graph: TrainingGraph
  readonly kernels: Kernels
  readonly loss: Loss.Loss
  readonly anchors: Anchors.Anchors
}

/**
 * Gradients are those of the mean loss, neither scaled nor clipped; `parts` are before their gains, in their order. The
 * caller disposes every tensor.
 */
export interface Backward {
  readonly loss: tf.Scalar
  readonly parts: ReadonlyArray<tf.Scalar>
  readonly gradients: ReadonlyMap<string, tf.Tensor>
  readonly buffers: ReadonlyMap<string, tf.Tensor1D>
}

/** Copies a batch into tensors of the current backend; the caller disposes them. */
export const batchTensors = (graph: TrainingGraph, batch: Batch): BatchTensors => {
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

/** Lists a loss's own gains as a tensor. */
export const gainsOf = (loss: Loss.Loss): tf.Tensor1D => tf.tensor1d(Parts.of(loss).map(([, gain]) => gain))

const evaluated = (
  { anchors, loss }: Objective,
  outputs: Outputs,
  batch: BatchTensors,
  gains: tf.Tensor1D
): Pick<Backward, "loss" | "parts"> => {
  if (loss._tag === "YoloV8") {
    if (outputs.distances === null) throw new Error("a network without boxes has no box loss")
    const { box, class: classes, dfl, total } = yoloLoss(
      { distances: outputs.distances, logits: outputs.logits },
      batch,
      { ...anchors, gains }
    )
    return { loss: total, parts: [box, classes, dfl] }
  }
  const [size, , classes] = outputs.logits.shape
  const value = classifierLoss(tf.reshape(outputs.logits, [size, classes]), batch, loss.smoothing)
  return { loss: tf.sum<tf.Scalar>(tf.mul(gains, value)), parts: [value] }
}

/** Evaluates the loss of a batch and its gradient for every parameter, by address. */
export const backward = (
  objective: Objective,
  parameters: ReadonlyMap<string, tf.Variable>,
  buffers: ReadonlyMap<string, tf.Tensor>,
  batch: BatchTensors,
  { gains, masks, taps }: Settings
): Backward => {
  const newBuffers = new Map<string, tf.Tensor1D>()
  let parts: ReadonlyArray<tf.Scalar> = []
  const evaluate = (): tf.Scalar => {
    const outputs = forward(
      objective.graph,
      objective.kernels,
      (address) => required(parameters, address),
      (address) => required(buffers, address),
      batch.images,
      { training: true, masks, taps, onBuffer: (address, tensor) => newBuffers.set(address, tensor) }
    )
    const found = evaluated(objective, outputs, batch, gains)
    parts = found.parts.map(tf.keep)
    return found.loss
  }
  const differentiated = (): ReturnType<typeof tf.variableGrads> => {
    try {
      return tf.variableGrads(evaluate, [...parameters.values()])
    } catch (cause) {
      // Neither what is kept for the caller nor what tfjs kept for its gradients is freed by a scope.
      tf.dispose([...newBuffers.values(), ...parts])
      for (const { saved } of tf.engine().state.activeTape ?? []) tf.dispose(saved ?? [])
      throw cause
    }
  }
  const { grads, value } = differentiated()
  const gradients = new Map<string, tf.Tensor>()
  for (const [address, variable] of parameters) {
    const gradient = grads[variable.name]
    if (gradient === undefined) throw new Error(`no gradient reaches "${address}"`)
    gradients.set(address, gradient)
  }
  return { loss: value, parts, gradients, buffers: newBuffers }
}

const required = <A>(map: ReadonlyMap<string, A>, address: string): A => {
  const value = map.get(address)
  if (value === undefined) throw new Error(`the state has no tensor "${address}"`)
  return value
}

/** Frees everything that a backward pass returned. */
export const dispose = (result: Backward): void => {
  tf.dispose([result.loss, ...result.parts])
  tf.dispose([...result.gradients.values(), ...result.buffers.values()])
}
