/**
 * tfjs's operations, wrong in one place each, and the stored cases that must notice it.
 */
import * as tf from "@tensorflow/tfjs-core"
import * as Stored from "../../../../runtime/engine/reference/Stored.ts"
import { backendName } from "../../../../runtime/engine/wasm/Operations.ts"

type Values = Float32Array | Int32Array | Uint8Array

/** Says what an operation answers instead of its values. */
type Spoil = (values: Values, shape: ReadonlyArray<number>, inputs: ReadonlyArray<Values>) => ArrayLike<number>

const valuesOf = ({ dataId }: tf.TensorInfo): Values => tf.backend().readSync(dataId) as Values

/** Runs `body` while one of tfjs's operations on the engine answers with a spoilt first output. */
export const withKernel = <A>(name: string, spoil: Spoil, body: () => A): A => {
  const sound = tf.getKernel(name, backendName)
  tf.unregisterKernel(name, backendName)
  tf.registerKernel({
    ...sound,
    kernelFunc: (given) => {
      const inputs = Object.values(given.inputs).map((input) => valuesOf(input as tf.TensorInfo))
      const results = sound.kernelFunc(given)
      const [first, ...rest] = (Array.isArray(results) ? results : [results]) as [tf.TensorInfo, ...Array<tf.TensorInfo>]
      const spoilt = tf.tensor(Array.from(spoil(valuesOf(first), first.shape, inputs)), first.shape, first.dtype)
      tf.backend().disposeData(first.dataId)
      return rest.length === 0 ? spoilt : [spoilt, ...rest]
    }
  })
  try {
    return body()
  } finally {
    tf.unregisterKernel(name, backendName)
    tf.registerKernel(sound)
  }
}

/** Moves every number by a hundredth, whole numbers by one, and turns flags round. */
export const byAHundredth: Spoil = (values) => {
  if (values instanceof Float32Array) {
    return values.map((value) => Number.isFinite(value) ? value + 0.01 * (1 + Math.abs(value)) : 0)
  }
  return values instanceof Uint8Array ? values.map((flag) => 1 - flag) : values.map((value) => value + 1)
}

/** Which of tfjs's operations a stored case is about; the engine's own kernels are broken one by one above. */
export const kernelOf: Readonly<Record<string, string>> = {
  concat: "Concat",
  slice: "Slice",
  pad: "PadV2",
  halves: "Add",
  levels: "Concat",
  add: "Add",
  addN: "AddN",
  addScalars: "AddN",
  ninefold: "Multiply",
  leaky: "Select",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
  log: "Log",
  exp: "Exp",
  sqrt: "Sqrt",
  square: "Square",
  abs: "Abs",
  neg: "Neg",
  relu: "Relu",
  floor: "Floor",
  atan: "Atan",
  isFinite: "IsFinite",
  clipByValue: "ClipByValue",
  cast: "Cast",
  sub: "Sub",
  mul: "Multiply",
  div: "RealDiv",
  minimum: "Minimum",
  maximum: "Maximum",
  less: "Less",
  lessEqual: "LessEqual",
  greater: "Greater",
  greaterEqual: "GreaterEqual",
  equal: "Equal",
  logicalAnd: "LogicalAnd",
  where: "Select",
  sum: "Sum",
  max: "Max",
  norm: "Sqrt",
  argMax: "ArgMax",
  topk: "TopK",
  gatherND: "GatherNd",
  scatterND: "ScatterNd",
  transpose: "Transpose",
  reverse: "Reverse",
  stack: "Pack",
  unstack: "Unpack",
  yoloLoss: "Softplus",
  pixels: "Exp"
}

interface BrokenOperation {
  readonly title: string
  readonly kernel: string
  readonly spoil: Spoil
  readonly breaks: ReadonlyArray<string>
}

/** Mistakes that engines have been seen to make. */
export const operations: ReadonlyArray<BrokenOperation> = [
  {
    title: "addN leaves out what comes after seven summands",
    kernel: "AddN",
    spoil: (values, _, inputs) =>
      Float32Array.from(values, (_, at) => inputs.slice(0, 7).reduce((sum, one) => sum + (one[at] ?? 0), 0)),
    breaks: ["addN of 9", "addN of 150 scalars", "addN is NaN where a summand is"]
  },
  {
    title: "of equal values argMax finds the last",
    kernel: "ArgMax",
    spoil: (values, shape, [input = new Float32Array()]) => {
      const [rows, columns] = [shape[0] ?? 0, shape.at(-1) ?? 0]
      const between = input.length / rows / columns
      return Int32Array.from(values, (_, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns]
        const line = Array.from(
          { length: between },
          (_, index) => input[(row * between + index) * columns + column] ?? NaN
        )
        return line.lastIndexOf(Math.max(...line))
      })
    },
    breaks: ["argMax, of equal values the first"]
  },
  {
    title: "what falls on one place is written over",
    kernel: "ScatterNd",
    spoil: (values, shape, [indices = new Int32Array(), updates = new Float32Array()]) => {
      const width = values.length / (shape[0] ?? 1)
      const written = new Float32Array(values.length)
      indices.forEach((row, at) => written.set(updates.subarray(at * width, (at + 1) * width), row * width))
      return written
    },
    breaks: ["scatterND adds up what falls on one place", "the detector's loss"]
  },
  {
    title: "a choice multiplies by its condition",
    kernel: "Select",
    spoil: (values, _, [condition = new Uint8Array(), yes = new Float32Array(), no = new Float32Array()]) =>
      Float32Array.from(values, (_, at) => {
        const share = condition[at] ?? NaN
        return share * (yes[at] ?? NaN) + (1 - share) * (no[at] ?? NaN)
      }),
    breaks: ["where leaves out NaN and infinities"]
  },
  {
    title: "NaN and infinities count as finite",
    kernel: "IsFinite",
    spoil: (values) => new Uint8Array(values.length).fill(1),
    breaks: ["isFinite"]
  },
  {
    title: "a logarithm has the base 2",
    kernel: "Log",
    spoil: (values) => Float32Array.from(values, (value) => value / Math.LN2),
    breaks: ["log", "the detector's loss"]
  },
  {
    title: "floor rounds towards zero",
    kernel: "Floor",
    spoil: (_, __, [input = new Float32Array()]) => Float32Array.from(input, Math.trunc),
    breaks: ["floor"]
  },
  {
    title: "a maximum starts from zero",
    kernel: "Max",
    spoil: (values) => Float32Array.from(values, (value) => Math.max(value, 0)),
    breaks: Stored.operations.flatMap(({ case: name, operation }) => operation === "max" && name.startsWith("max of negative values") ? [name] : [])
  }
]
