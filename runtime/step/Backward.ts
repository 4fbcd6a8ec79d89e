/**
 * The backward stage: the loss of one batch and its gradients, by tfjs's autodiff over an engine's kernels.
 */
import * as tf from "@tensorflow/tfjs-core"
import type * as Loss from "../../dsl/Loss.ts"
import type * as Anchors from "../detect/Anchors.ts"
import { yoloLoss } from "../detect/Loss.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import { forward } from "./Forward.ts"
import type { Kernels } from "./Kernels.ts"

/** A batch as tensors; shapes as in `Batch`. */
export interface BatchTensors {
  readonly images: tf.Tensor4D
  readonly boxes: tf.Tensor3D
  readonly classes: tf.Tensor2D
  readonly present: tf.Tensor2D
}

/** The network together with what it is trained for, on one engine's kernels. */
export interface Objective {
  readonly graph: TrainingGraph
  readonly kernels: Kernels
  readonly loss: Loss.Loss
  readonly anchors: Anchors.Anchors
}

/** Gradients are those of the mean loss, neither scaled nor clipped; the caller disposes every tensor. */
export interface Backward {
  readonly loss: tf.Scalar
  readonly box: tf.Scalar
  readonly class: tf.Scalar
  readonly dfl: tf.Scalar
  readonly gradients: ReadonlyMap<string, tf.Tensor>
  readonly buffers: ReadonlyMap<string, tf.Tensor1D>
}

/** Evaluates the loss of a batch and its gradient for every parameter, by address. */
export const backward = (
  objective: Objective,
  parameters: ReadonlyMap<string, tf.Variable>,
  buffers: ReadonlyMap<string, tf.Variable>,
  batch: BatchTensors
): Backward => {
  const newBuffers = new Map<string, tf.Tensor1D>()
  let parts: Pick<Backward, "box" | "class" | "dfl"> | undefined
  const evaluate = (): tf.Scalar => {
    const outputs = forward(
      objective.graph,
      objective.kernels,
      (address) => required(parameters, address),
      (address) => required(buffers, address),
      batch.images,
      { training: true, onBuffer: (address, tensor) => newBuffers.set(address, tensor) }
    )
    const loss = yoloLoss(outputs, batch, { ...objective.anchors, gains: objective.loss })
    parts = { box: tf.keep(loss.box), class: tf.keep(loss.class), dfl: tf.keep(loss.dfl) }
    return loss.total
  }
  const differentiated = (): ReturnType<typeof tf.variableGrads> => {
    try {
      return tf.variableGrads(evaluate, [...parameters.values()])
    } catch (cause) {
      // Neither what is kept for the caller nor what tfjs kept for its gradients is freed by a scope.
      tf.dispose([...newBuffers.values(), ...Object.values(parts ?? {})])
      for (const { saved } of tf.engine().state.activeTape ?? []) tf.dispose(saved ?? [])
      throw cause
    }
  }
  const { grads, value } = differentiated()
  if (parts === undefined) throw new Error("the loss was not evaluated")
  const gradients = new Map<string, tf.Tensor>()
  for (const [address, variable] of parameters) {
    const gradient = grads[variable.name]
    if (gradient === undefined) throw new Error(`no gradient reaches "${address}"`)
    gradients.set(address, gradient)
  }
  return { loss: value, ...parts, gradients, buffers: newBuffers }
}

const required = <A>(map: ReadonlyMap<string, A>, address: string): A => {
  const value = map.get(address)
  if (value === undefined) throw new Error(`the state has no tensor "${address}"`)
  return value
}

/** Frees everything that a backward pass returned. */
export const dispose = (result: Backward): void => {
  tf.dispose([result.loss, result.box, result.class, result.dfl])
  tf.dispose([...result.gradients.values(), ...result.buffers.values()])
}
