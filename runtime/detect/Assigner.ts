/**
 * Task-aligned assignment (Feng et al., 2021), as YOLOv8 uses it: which anchors answer for which box, and how strongly.
 * Made of tensor operations of fixed shapes alone, and not differentiable.
 */
import * as tf from "@tensorflow/tfjs-core"
import { type Corners, cornerCiou, corners } from "./Boxes.ts"

/** Padded ground truth: every image has the same number of columns, of which some hold no box. */
export interface Truth {
  /** `[batch, columns, 4]` x1 y1 x2 y2 in pixels. */
  readonly boxes: tf.Tensor3D
  /** `[batch, columns]` int32. */
  readonly classes: tf.Tensor2D
  /** `[batch, columns]`, 1 where there is a box, else 0. */
  readonly present: tf.Tensor2D
}

export interface Predicted {
  /** `[batch, anchors, classes]` before the sigmoid. */
  readonly logits: tf.Tensor3D
  /** `[2, batch, anchors]` in pixels. */
  readonly corners: Corners
  /** The anchors' centres, `[2, 1, anchors]` in pixels. */
  readonly centres: tf.Tensor
}

export interface Assignment {
  /** `[batch, anchors]` int32: the box's row among all columns of the batch, `image * columns + column`; see `score`. */
  readonly row: tf.Tensor2D
  /** `[batch, anchors]`: the target for the box's class; 0 where the anchor answers for no box. */
  readonly score: tf.Tensor2D
}

/** Anchors that a box may take, and what keeps its scale finite; the published values. */
const candidates = 10
const epsilon = 1e-9

const count = (size: number): tf.Tensor1D => tf.range(0, size, 1, "int32")

/** Reads scalars out of a tensor by their position in its flat order. */
const pick = (tensor: tf.Tensor, positions: tf.Tensor): tf.Tensor =>
  tf.reshape(
    tf.gatherND(tf.reshape(tensor, [tensor.size]), tf.reshape(positions, [positions.size, 1])),
    positions.shape
  )

const shaped = ({ high, low }: Corners, shape: Array<number>): Corners => ({
  low: tf.reshape(low, shape),
  high: tf.reshape(high, shape)
})

/** Which centres lie inside which boxes: `[batch, columns, anchors]`. A box without extent holds none. */
const inside = (centres: tf.Tensor, truth: Corners): tf.Tensor => {
  // A published margin of 1e-9 is below what float32 can tell apart at a centre's coordinates.
  const within = tf.logicalAnd(tf.less(truth.low, centres), tf.less(centres, truth.high))
  const [x, y] = tf.unstack(within) as [tf.Tensor, tf.Tensor]
  return tf.cast(tf.logicalAnd(x, y), "float32")
}

/** Each box's class scores at every anchor: `[batch, columns, anchors]`. */
const scores = (logits: tf.Tensor3D, classes: tf.Tensor2D): tf.Tensor => {
  const [batch, anchors, known] = logits.shape
  const byClass = tf.reshape(tf.transpose(logits, [0, 2, 1]), [batch * known, anchors])
  const rows = tf.add(tf.mul(tf.reshape(count(batch), [batch, 1]), tf.scalar(known, "int32")), classes)
  return tf.sigmoid(tf.gatherND(byClass, tf.reshape(rows, [...rows.shape, 1])))
}

/**
 * Assigns every anchor at most one box. A box takes, of the anchors whose centre it holds, the 10 with the largest
 * score^0.5 * CIoU^6; an anchor that several boxes take goes to the one that it overlaps most. The target score is the
 * alignment, scaled for each box so that its best anchor gets the box's largest overlap.
 */
export const assign = (predicted: Predicted, truth: Truth): Assignment => {
  const [batch, columns] = truth.present.shape
  const [, anchors] = predicted.logits.shape
  const taken = Math.min(candidates, anchors)
  const centres = tf.reshape(predicted.centres, [2, 1, 1, anchors])
  // Which anchors a broken prediction or box would take does not matter: the loss is not finite then. Sorting must
  // survive it.
  const sound = (tensor: tf.Tensor): tf.Tensor => tf.where(tf.isFinite(tensor), tensor, 0)
  // A column that holds no box becomes one without extent, which takes no anchor.
  const present = tf.reshape(truth.present, [batch, columns, 1])
  const truthCorners = shaped(corners(sound(tf.mul(truth.boxes, present))), [2, batch, columns, 1])
  const { high, low } = predicted.corners
  const predictedCorners = shaped({ low: sound(low), high: sound(high) }, [2, batch, 1, anchors])

  const held = inside(centres, truthCorners)
  const overlap = tf.mul(tf.relu(cornerCiou(predictedCorners, truthCorners)), held)
  const square = tf.square(overlap)
  const score = scores(predicted.logits, truth.classes)
  const product = tf.mul(tf.sqrt(score), tf.mul(tf.square(square), square))
  const alignment = tf.where(tf.greaterEqual(product, 0), product, overlap)

  const base = tf.reshape(tf.mul(count(batch * columns), tf.scalar(anchors, "int32")), [batch, columns, 1])
  const { indices } = tf.topk(alignment, taken)
  const claims = pick(held, tf.add(base, indices))
  const first = tf.reshape(tf.mul(count(batch), tf.scalar(anchors, "int32")), [batch, 1, 1])
  const column = tf.reshape(tf.range(0, columns), [1, columns, 1])
  const [number, sum] = tf.unstack(
    tf.scatterND(
      tf.reshape(tf.add(first, indices), [batch * columns * taken, 1]),
      tf.reshape(tf.stack([claims, tf.mul(claims, column)], 3), [batch * columns * taken, 2]),
      [batch * anchors, 2]
    ),
    1
  ).map((tensor) => tf.reshape(tensor, [batch, anchors])) as [tf.Tensor2D, tf.Tensor2D]
  // Where one box alone claims the anchor, the sum of the claiming columns is that column.
  const best = tf.cast(tf.argMax(overlap, 1), "float32")
  const winner = tf.where(tf.greater(number, 1), best, sum)
  const foreground = tf.minimum(number, 1)

  const owner = tf.reshape(tf.sub(tf.mul(tf.add(winner, 1), foreground), 1), [batch, 1, anchors])
  const owned = tf.cast(tf.equal(owner, column), "float32")
  const most = (tensor: tf.Tensor): tf.Tensor => tf.max(tf.mul(tensor, owned), 2)
  const scale = tf.div(most(overlap), tf.add(most(alignment), epsilon))

  const row = tf.add<tf.Tensor2D>(
    tf.mul(tf.reshape(count(batch), [batch, 1]), tf.scalar(columns, "int32")),
    tf.cast(winner, "int32")
  )
  const here = tf.add(tf.mul(row, tf.scalar(anchors, "int32")), tf.reshape(count(anchors), [1, anchors]))
  return { row, score: tf.mul<tf.Tensor2D>(foreground, tf.mul(pick(alignment, here), pick(scale, row))) }
}
