/**
 * The operations that the stored values are about, by name: the kernels that an engine supplies, and those of tfjs that
 * the forward interpreter, the loss and the guard build on.
 */
import * as tf from "@tensorflow/tfjs-core"
import * as Anchors from "../../detect/Anchors.ts"
import * as Decode from "../../detect/Decode.ts"
import { yoloLoss } from "../../detect/Loss.ts"
import type { Kernels } from "../../step/Kernels.ts"

/** Computes an operation's outputs; inputs and attributes are those that the stored case names, in its order. */
export type Operation = (
  kernels: Kernels,
  inputs: ReadonlyArray<tf.Tensor>,
  attributes: Readonly<Record<string, unknown>>
) => ReadonlyArray<tf.Tensor>

type Inputs1 = readonly [tf.Tensor]
type Inputs2 = readonly [tf.Tensor, tf.Tensor]
type Inputs3 = readonly [tf.Tensor, tf.Tensor, tf.Tensor]

const unary = (operation: (x: tf.Tensor) => tf.Tensor): Operation => (_, inputs) => [operation((inputs as Inputs1)[0])]

const binary = (operation: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor): Operation => (_, inputs) => [
  operation(...(inputs as Inputs2))
]

const network: Readonly<Record<string, Operation>> = {
  convolution: ({ convolution }, inputs, { fixed, stride }) => [
    convolution(...(inputs as readonly [tf.Tensor4D, tf.Tensor4D]), stride as number, fixed === true)
  ],
  bias: ({ bias }, inputs) => [bias(...(inputs as readonly [tf.Tensor4D, tf.Tensor1D]))],
  batchNorm: ({ batchNorm }, inputs, options) => {
    const { mean, output, variance } = batchNorm(
      ...(inputs as readonly [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]),
      options as unknown as { readonly epsilon: number; readonly momentum: number }
    )
    return [output, mean, variance]
  },
  batchNormSilu: ({ batchNorm, batchNormSilu, silu }, inputs, options) => {
    const given = inputs as readonly [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
    const constants = options as unknown as { readonly epsilon: number; readonly momentum: number }
    if (batchNormSilu !== undefined) {
      const { mean, output, variance } = batchNormSilu(...given, constants)
      return [output, mean, variance]
    }
    const { mean, output, variance } = batchNorm(...given, constants)
    return [silu(output), mean, variance]
  },
  batchNormInference: ({ batchNormInference }, inputs, { epsilon }) => [
    batchNormInference(
      ...(inputs as readonly [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]),
      epsilon as number
    )
  ],
  silu: ({ silu }, inputs) => [silu(inputs[0] as tf.Tensor4D)],
  upsample: ({ upsample }, inputs) => [upsample(inputs[0] as tf.Tensor4D)],
  maxPool: ({ maxPool }, inputs, { size }) => [maxPool(inputs[0] as tf.Tensor4D, size as number)],
  branches: ({ bias, convolution }, inputs) => {
    const [left, right, leftWeight, leftBias, rightWeight, rightBias] = inputs as readonly [
      ...[tf.Tensor4D, tf.Tensor4D],
      ...[tf.Tensor4D, tf.Tensor1D],
      ...[tf.Tensor4D, tf.Tensor1D]
    ]
    const branch = (input: tf.Tensor4D, weight: tf.Tensor4D, offset: tf.Tensor1D): tf.Tensor4D =>
      bias(convolution(input, weight, 1), offset)
    return [tf.concat([branch(left, leftWeight, leftBias), branch(right, rightWeight, rightBias)], 3)]
  }
}

const joints: Readonly<Record<string, Operation>> = {
  concat: (_, inputs, { axis }) => [tf.concat([...inputs], axis as number)],
  slice: (_, inputs, { begin, size }) => [
    tf.slice((inputs as Inputs1)[0], begin as Array<number>, size as Array<number>)
  ],
  pad: (_, inputs, { paddings }) => [tf.pad((inputs as Inputs1)[0], paddings as Array<[number, number]>)],
  halves: unary((x) => {
    const [left, right] = [tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, 2]), tf.slice(x, [0, 0, 0, 2], [-1, -1, -1, 2])]
    return tf.concat([x, right, tf.add(right, left)], 3)
  }),
  levels: (_, inputs) => [tf.concat(inputs.map((level) => tf.reshape(level, [level.shape[0] ?? 0, -1, 3])), 1)],
  add: binary(tf.add),
  addN: (_, inputs) => [tf.addN([...inputs])],
  addScalars: unary((x) => tf.addN(tf.unstack(x))),
  ninefold: unary((x) => tf.concat(Array.from({ length: 9 }, (_, index) => tf.mul(x, index + 1)), 1)),
  leaky: unary((x) =>
    tf.customGrad((x, save) => {
      const value = x as tf.Tensor
      ;(save as tf.GradSaveFunc)([value])
      const falling = (of: tf.Tensor, by: tf.Tensor): tf.Tensor => tf.where(tf.greater(by, 0), of, tf.mul(of, 0.125))
      return {
        value: falling(value, value),
        gradFunc: (upstream: tf.Tensor, saved: Array<tf.Tensor>) => falling(upstream, saved[0] as tf.Tensor)
      }
    })(x)
  )
}

const elementwise: Readonly<Record<string, Operation>> = {
  sigmoid: unary(tf.sigmoid),
  softplus: unary(tf.softplus),
  log: unary(tf.log),
  exp: unary(tf.exp),
  sqrt: unary(tf.sqrt),
  square: unary(tf.square),
  abs: unary(tf.abs),
  neg: unary(tf.neg),
  relu: unary(tf.relu),
  floor: unary(tf.floor),
  atan: unary(tf.atan),
  isFinite: unary(tf.isFinite),
  clipByValue: (_, inputs, { high, low }) => [
    tf.clipByValue((inputs as Inputs1)[0], low as number, high as number)
  ],
  cast: (_, inputs, { dtype }) => [tf.cast((inputs as Inputs1)[0], dtype as "float32" | "int32")],
  sub: binary(tf.sub),
  mul: binary(tf.mul),
  div: binary(tf.div),
  minimum: binary(tf.minimum),
  maximum: binary(tf.maximum),
  less: binary(tf.less),
  lessEqual: binary(tf.lessEqual),
  greater: binary(tf.greater),
  greaterEqual: binary(tf.greaterEqual),
  equal: binary(tf.equal),
  logicalAnd: binary(tf.logicalAnd),
  where: (_, inputs) => [tf.where(...(inputs as Inputs3))]
}

const reductions: Readonly<Record<string, Operation>> = {
  sum: (_, inputs, { axes, keep }) => [tf.sum((inputs as Inputs1)[0], axes as Array<number>, keep as boolean)],
  max: (_, inputs, { axes, keep }) => [tf.max((inputs as Inputs1)[0], axes as Array<number>, keep as boolean)],
  norm: unary((x) => tf.sqrt(tf.sum(tf.square(x)))),
  argMax: (_, inputs, { axis }) => [tf.argMax((inputs as Inputs1)[0], axis as number)],
  topk: (_, inputs, { count }) => {
    const { indices, values } = tf.topk((inputs as Inputs1)[0], count as number)
    return [values, indices]
  }
}

const movements: Readonly<Record<string, Operation>> = {
  gatherND: binary(tf.gatherND),
  scatterND: (_, inputs, { shape }) => [tf.scatterND(...(inputs as Inputs2), shape as Array<number>)],
  transpose: (_, inputs, { permutation }) => [tf.transpose((inputs as Inputs1)[0], permutation as Array<number>)],
  reverse: (_, inputs, { axis }) => [tf.reverse((inputs as Inputs1)[0], axis as number)],
  stack: (_, inputs, { axis }) => [tf.stack([...inputs], axis as number)],
  unstack: (_, inputs, { axis }) => tf.unstack((inputs as Inputs1)[0], axis as number)
}

const anchorsOf = ({ input, strides }: Readonly<Record<string, unknown>>): Anchors.Anchors =>
  Anchors.make(input as number, strides as ReadonlyArray<number>)

type Gains = Parameters<typeof yoloLoss>[2]["gains"]

const detection: Readonly<Record<string, Operation>> = {
  yoloLoss: (_, inputs, attributes) => {
    const [distances, logits, boxes, classes, present] = inputs as readonly [
      ...[tf.Tensor3D, tf.Tensor3D],
      ...[tf.Tensor3D, tf.Tensor2D, tf.Tensor2D]
    ]
    const gains = attributes["gains"] as Gains
    const loss = yoloLoss({ distances, logits }, { boxes, classes, present }, { ...anchorsOf(attributes), gains })
    return [loss.total, loss.box, loss.class, loss.dfl]
  },
  pixels: (_, inputs, attributes) => [Decode.pixels(inputs[0] as tf.Tensor3D, anchorsOf(attributes))]
}

const all: Readonly<Record<string, Operation>> = {
  ...network,
  ...joints,
  ...elementwise,
  ...reductions,
  ...movements,
  ...detection
}

/** Finds an operation by the name that stored cases have for it. */
export const find = (name: string): Operation => {
  const operation = all[name]
  if (operation === undefined) throw new Error(`no operation is called "${name}"`)
  return operation
}
