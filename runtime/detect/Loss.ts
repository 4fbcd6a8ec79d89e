/**
 * The YOLOv8 loss of a batch with padded ground truth, with gradients of its own: what tfjs would derive bakes
 * activation-sized constants into a recorded step. No operation here reads a tensor's values.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Anchors } from "./Anchors.ts"
import * as Assigner from "./Assigner.ts"
import * as Boxes from "./Boxes.ts"
import * as Decode from "./Decode.ts"

/** The network's outputs before any activation. */
export interface Outputs {
  /** `[batch, anchors, 4 x bins]`, in the order left, top, right, bottom. */
  readonly distances: tf.Tensor3D
  /** `[batch, anchors, classes]`. */
  readonly logits: tf.Tensor3D
}

export interface Options extends Pick<Anchors, "centres" | "strides"> {
  /** Of the parts; or `[3]`, in the order box, class, dfl, where they are fed to a recorded step. */
  readonly gains: { readonly box: number; readonly class: number; readonly dfl: number } | tf.Tensor1D
}

/** `total` is the sum of the parts times their gains. Each can be differentiated by both outputs. */
export interface Loss {
  readonly total: tf.Scalar
  readonly box: tf.Scalar
  readonly class: tf.Scalar
  readonly dfl: tf.Scalar
}

/** What every anchor is to predict. */
export interface Targets {
  /** `[batch, anchors]`: the target score, which is also the weight in the box parts. */
  readonly weight: tf.Tensor2D
  /** `[batch, anchors, classes]`. */
  readonly scores: tf.Tensor3D
  /** `[2, batch, anchors]`, in strides. */
  readonly corners: Boxes.Corners
  /** Added to the box loss: 0, or not finite where a box is not. */
  readonly broken: tf.Scalar
}

/** Where anchors are and what they predict: corners `[2, batch, anchors]` and centres in strides, strides in pixels. */
export interface Geometry {
  readonly centres: tf.Tensor3D
  readonly strides: tf.Tensor1D
  readonly predicted: Boxes.Corners
}

const assigned = (logits: tf.Tensor3D, truth: Assigner.Truth, { centres, predicted, strides }: Geometry): Targets => {
  const [batch, anchors, classes] = logits.shape
  const { row, score } = Assigner.assign({
    logits,
    corners: { low: tf.mul(predicted.low, strides), high: tf.mul(predicted.high, strides) },
    centres: tf.mul(centres, strides)
  }, truth)
  const rows = tf.reshape(row, [batch * anchors, 1])
  const boxes = tf.gatherND(tf.reshape(truth.boxes, [-1, 4]), rows)
  const sides = tf.reshape(tf.transpose(boxes, [1, 0]), [4, batch, anchors])
  const kinds = tf.reshape(tf.gatherND(tf.reshape(truth.classes, [-1]), rows), [batch, anchors, 1])
  // Not tf.oneHot, which refuses a single class.
  const mine = tf.cast<tf.Tensor3D>(tf.equal(kinds, tf.range(0, classes, 1, "int32")), "float32")
  return {
    weight: score,
    scores: tf.mul(mine, tf.reshape(score, [batch, anchors, 1])),
    corners: Boxes.halves(tf.div(sides, strides)),
    broken: tf.sum(tf.where(tf.isFinite(truth.boxes), 0, truth.boxes))
  }
}

/** Puts the mass of every side's target distance on the two bins around it, in proportion to their nearness. */
const twoBins = (corners: Boxes.Corners, centres: tf.Tensor3D, bins: tf.Tensor1D): tf.Tensor4D => {
  const sides = tf.concat([tf.sub(centres, corners.low), tf.sub(corners.high, centres)], 0) as tf.Tensor3D
  // The last bin has no right neighbour, so targets end a little before it.
  const distances = tf.clipByValue(tf.transpose(sides, [1, 2, 0]), 0, bins.size - 1.01)
  return tf.relu(tf.sub(1, tf.abs(tf.sub<tf.Tensor4D>(tf.reshape(distances, [...distances.shape, 1]), bins))))
}

/** Computes box, class and dfl loss, in this order, as one tensor `[3]` with a gradient by both outputs. */
const parts = (
  outputs: Outputs,
  anchors: Pick<Anchors, "centres" | "strides">,
  targetsOf: (logits: tf.Tensor3D, geometry: Geometry) => Targets
): tf.Tensor1D => {
  const [batch, count, channels] = outputs.distances.shape
  const perAnchor = [batch, count, 1]
  const perSide = [batch, count, 4, 1]
  // All of it is inside: outside, tfjs's tape would hold on to every intermediate of the assignment.
  const evaluate = tf.customGrad((distances, logits, saveForGradient) => {
    const classLogits = logits as tf.Tensor3D
    const { centres, strides } = Decode.anchorTensors(anchors)
    const bins = Decode.bins(channels / 4)
    const { expected, logSum, probabilities, shifted } = Decode.distribution(distances as tf.Tensor3D)
    const predicted = Decode.cornersAround(centres, expected)
    const { broken, corners, scores, weight } = targetsOf(classLogits, { centres, strides, predicted })
    const scale = tf.div(1, tf.maximum(tf.sum(weight), 1))
    const share = tf.mul(weight, scale)

    const overlap = Boxes.ciouWithGradient(predicted, corners)
    const box = tf.add(tf.sum(tf.mul(share, tf.sub(1, overlap.value))), broken)
    // Softplus(x) - x t equals max(x, 0) - x t + log(1 + exp(-|x|)).
    const entropy = tf.sum(tf.sub(tf.softplus(classLogits), tf.mul(classLogits, scores)))
    const mass = twoBins(corners, centres, bins)
    const focal = tf.sub(logSum, tf.sum(tf.mul(mass, shifted), 3, true))
    const quarter = tf.reshape(tf.mul(share, 0.25), [batch, count, 1, 1])

    const pull = tf.mul(tf.transpose(overlap.outwards as tf.Tensor3D, [1, 2, 0]), tf.reshape(share, perAnchor))
    const save = saveForGradient as tf.GradSaveFunc
    save([classLogits, scores, scale, probabilities, expected, pull, mass, quarter])
    return {
      value: tf.stack([box, tf.mul(scale, entropy), tf.sum(tf.mul(quarter, focal))]),
      gradFunc: (upstream: tf.Tensor, saved: Array<tf.Tensor>) => {
        const [logits, scores, scale, probabilities, expected, pull, mass, quarter] = saved as [
          ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
          ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
        ]
        const [byBox, byClass, byDfl] = tf.unstack(upstream) as [tf.Tensor, tf.Tensor, tf.Tensor]
        // The loss falls as CIoU rises.
        const force = tf.neg(tf.mul(pull, byBox))
        const focal = tf.mul(quarter, byDfl)
        // By a logit the mean's derivative is p (k - mean), the cross entropy's p - mass.
        const level = tf.sub(focal, tf.reshape(tf.mul(force, expected), perSide))
        const slope = tf.add(tf.mul(tf.reshape(force, perSide), Decode.bins(channels / 4)), level)
        return [
          tf.reshape(tf.sub(tf.mul(probabilities, slope), tf.mul(mass, focal)), [batch, count, channels]),
          tf.mul(tf.sub(tf.sigmoid(logits), scores), tf.mul(scale, byClass))
        ]
      }
    }
  })
  return evaluate(outputs.distances, outputs.logits) as tf.Tensor1D
}

const weighed = (values: tf.Tensor1D, { gains }: Options): Loss => {
  const [box, classes, dfl] = tf.unstack(values) as [tf.Scalar, tf.Scalar, tf.Scalar]
  const factors = gains instanceof tf.Tensor ? gains : tf.tensor1d([gains.box, gains.class, gains.dfl])
  const total = tf.sum<tf.Scalar>(tf.mul(values, factors))
  return { total, box, class: classes, dfl }
}

/**
 * Computes the loss against given targets, which no gradient reaches: (1 - CIoU) and distribution focal loss weighted
 * by the targets' weights, and binary cross entropy of all class scores; each divided by S = max(sum of the batch's
 * weights, 1), and not multiplied by the batch size.
 */
export const lossAgainst = (outputs: Outputs, targetsOf: (geometry: Geometry) => Targets, options: Options): Loss =>
  weighed(parts(outputs, options, (_, geometry) => targetsOf(geometry)), options)

/**
 * Computes the loss of a batch against the targets that the task-aligned assigner draws from its boxes; see
 * `lossAgainst`. A prediction or a box that is not finite, wherever it is, makes the total not finite.
 */
export const yoloLoss = (outputs: Outputs, truth: Assigner.Truth, options: Options): Loss =>
  weighed(parts(outputs, options, (logits, geometry) => assigned(logits, truth, geometry)), options)
