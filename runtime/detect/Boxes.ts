/**
 * The IoU family on tensors. Boxes are x1 y1 x2 y2; pairs are formed by broadcasting.
 */
import * as tf from "@tensorflow/tfjs-core"

/** Boxes by axis: `low` holds x1 and y1, `high` x2 and y2, each `[2, ...]`, so that one operation serves both axes. */
export interface Corners {
  readonly low: tf.Tensor
  readonly high: tf.Tensor
}

/** Keeps divisions finite where a box or a pair of boxes has no extent; the published value. */
const epsilon = 1e-7

/** Splits boxes `[..., 4]` into corners `[2, ...]`. */
export const corners = (boxes: tf.Tensor): Corners => {
  const last = boxes.rank - 1
  const sides = tf.transpose(boxes, [last, ...Array.from({ length: last }, (_, axis) => axis)])
  return halves(sides)
}

/** Reads sides `[4, ...]` in the order x1 y1 x2 y2 as corners. */
export const halves = (sides: tf.Tensor): Corners => {
  const rest = sides.shape.slice(1)
  const begin = rest.map(() => 0)
  return { low: tf.slice(sides, [0, ...begin], [2, ...rest]), high: tf.slice(sides, [2, ...begin], [2, ...rest]) }
}

type Axes = readonly [x: tf.Tensor, y: tf.Tensor]

const axes = (tensor: tf.Tensor): Axes => tf.unstack(tensor) as [tf.Tensor, tf.Tensor]

const product = ([x, y]: Axes): tf.Tensor => tf.mul(x, y)

const squaredLength = (vector: tf.Tensor): tf.Tensor => {
  const [x, y] = axes(tf.square(vector))
  return tf.add(x, y)
}

interface Pair {
  /** Width and height, and the same with epsilon on the height. */
  readonly sizes: readonly [tf.Tensor, tf.Tensor]
  readonly padded: readonly [Axes, Axes]
  /** The intersection's extent on each axis; negative where the boxes are apart. */
  readonly extent: tf.Tensor
  readonly overlap: tf.Tensor
  readonly union: tf.Tensor
  readonly iou: tf.Tensor
}

const pair = (a: Corners, b: Corners): Pair => {
  const sizes = [tf.sub(a.high, a.low), tf.sub(b.high, b.low)] as const
  const padded = sizes.map((size): Axes => {
    const [width, height] = axes(size)
    return [width, tf.add(height, epsilon)]
  }) as [Axes, Axes]
  const extent = tf.sub(tf.minimum(a.high, b.high), tf.maximum(a.low, b.low))
  const overlap = tf.relu(extent)
  const intersection = product(axes(overlap))
  const union = tf.sub(tf.add(tf.add(product(padded[0]), epsilon), product(padded[1])), intersection)
  return { sizes, padded, extent, overlap, union, iou: tf.div(intersection, union) }
}

/** The smallest box around both: max(a, b) - min(c, d) is the sum of the sizes less the intersection's extent. */
const hull = ({ extent, sizes }: Pair): tf.Tensor => tf.sub(tf.add(sizes[0], sizes[1]), extent)

const centre = ({ high, low }: Corners): tf.Tensor => tf.mul(tf.add(low, high), 0.5)

/** The vector between the centres. */
const offset = (a: Corners, b: Corners): tf.Tensor => tf.sub(centre(a), centre(b))

/** Divides the intersection's area by the union's. Boxes `[..., 4]`, the result `[...]`. */
export const iou = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => pair(corners(a), corners(b)).iou

/** Computes the generalised IoU: less the share of the hull that neither box covers (Rezatofighi et al., 2019). */
export const giou = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
  const boxes = pair(corners(a), corners(b))
  const around = tf.add(product(axes(hull(boxes))), epsilon)
  return tf.sub(boxes.iou, tf.div(tf.sub(around, boxes.union), around))
}

/** Computes the distance IoU: less the centres' squared distance in units of the hull's diagonal (Zheng et al., 2020). */
export const diou = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
  const [first, second] = [corners(a), corners(b)]
  const boxes = pair(first, second)
  const diagonal = tf.add(squaredLength(hull(boxes)), epsilon)
  return tf.sub(boxes.iou, tf.div(squaredLength(offset(first, second)), diagonal))
}

interface Complete extends Pair {
  readonly value: tf.Tensor
  readonly hull: tf.Tensor
  readonly offset: tf.Tensor
  /** The hull's squared diagonal, and the centres' squared distance in units of it. */
  readonly diagonal: tf.Tensor
  readonly distance: tf.Tensor
  /** Difference of the aspect angles atan(w/h), in quarter turns, and its weight, which is taken as a constant. */
  readonly angle: tf.Tensor
  readonly alpha: tf.Tensor
}

const quarterTurns = ([width, height]: Axes): tf.Tensor => tf.mul(tf.atan(tf.div(width, height)), 2 / Math.PI)

const complete = (a: Corners, b: Corners): Complete => {
  const boxes = pair(a, b)
  const around = hull(boxes)
  const between = offset(a, b)
  const diagonal = tf.add(squaredLength(around), epsilon)
  const distance = tf.div(squaredLength(between), diagonal)
  const angle = tf.sub(quarterTurns(boxes.padded[1]), quarterTurns(boxes.padded[0]))
  const aspect = tf.square(angle)
  // The bound on 1 + epsilon - iou keeps 0/0 away from boxes so close that rounding takes their IoU above 1.
  const alpha = tf.div(aspect, tf.add(aspect, tf.maximum(tf.sub(1 + epsilon, boxes.iou), epsilon)))
  const value = tf.sub(tf.sub(boxes.iou, distance), tf.mul(aspect, alpha))
  return { ...boxes, value, hull: around, offset: between, diagonal, distance, angle, alpha }
}

/**
 * Computes the complete IoU (Zheng et al., 2020): iou - (rho²/c² + v alpha), with v = (4/pi²)(atan(w/h) difference)²
 * and alpha = v / (v - iou + 1). Corners `[2, ...]`, the result `[...]`.
 */
export const cornerCiou = (a: Corners, b: Corners): tf.Tensor => complete(a, b).value

/** Computes the complete IoU of boxes `[..., 4]`; see `cornerCiou`. */
export const ciou = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => cornerCiou(corners(a), corners(b))

/**
 * Computes the complete IoU of corners `[2, ...]` of one shape, and its derivative by every side of `a`, taken
 * outwards: `[4, ...]`, how it changes as the left, top, right and bottom side move away from the middle.
 * Alpha is held constant, as published.
 */
export const ciouWithGradient = (a: Corners, b: Corners): { readonly value: tf.Tensor; readonly outwards: tf.Tensor } => {
  const forward = complete(a, b)
  const [width, height] = forward.padded[0]
  const touching = tf.cast(tf.greater(forward.extent, 0), "float32")
  const inner = tf.mul(
    tf.mul(tf.reverse(forward.overlap, 0), touching),
    tf.div(tf.add(forward.iou, 1), forward.union)
  )
  const outer = tf.mul(forward.hull, tf.div(tf.mul(forward.distance, 2), forward.diagonal))
  const area = tf.div(forward.iou, forward.union)
  const turn = tf.div(
    tf.mul(tf.mul(forward.angle, forward.alpha), 4 / Math.PI),
    tf.add(tf.square(width), tf.square(height))
  )
  // A side that moves outwards lengthens one axis: the area grows by the other axis, the aspect angle turns.
  const growth = tf.stack([tf.mul(height, tf.sub(turn, area)), tf.neg(tf.mul(width, tf.add(turn, area)))])
  const pull = tf.div(forward.offset, forward.diagonal)
  // Inside the other box a side moves the intersection, outside of it the hull.
  const low = tf.where(tf.greaterEqual(a.low, b.low), inner, outer)
  const high = tf.where(tf.lessEqual(a.high, b.high), inner, outer)
  return {
    value: forward.value,
    outwards: tf.concat([tf.add(tf.add(low, growth), pull), tf.sub(tf.add(high, growth), pull)], 0)
  }
}
