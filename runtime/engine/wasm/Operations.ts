/**
 * Operations of tfjs's wasm backend that are replaced: some lose NaN or digits, some walk tensors value by value in
 * JavaScript or through a table of positions. Where shapes or types are not those that training has, tfjs's own still compute.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Memory } from "./Memory.ts"

/** The name under which tfjs knows the backend. */
export const backendName = "wasm"

type Kernel = tf.KernelFunc

/** An operation in terms of the one that it replaces. */
type Replacement = (backend: Memory, sound: Kernel) => Kernel

const wordBytes = 4
const isWords = ({ dtype }: tf.TensorInfo): boolean => dtype === "float32" || dtype === "int32"
const isFloat = ({ dtype }: tf.TensorInfo): boolean => dtype === "float32"
const count = (shape: ReadonlyArray<number>): number => shape.reduce((product, extent) => product * extent, 1)

/** Bytes between one and the next along an axis. */
const bytesBehind = (shape: ReadonlyArray<number>, axis: number): number => count(shape.slice(axis + 1)) * wordBytes

const axisOf = (axis: number, { shape }: tf.TensorInfo): number => axis < 0 ? axis + shape.length : axis

/** Copies what lies in `size` places from `begin` on along one axis. */
const cut = (backend: Memory, x: tf.TensorInfo, axis: number, begin: number, size: number): tf.TensorInfo => {
  const result = backend.reserve(x.shape.map((extent, index) => index === axis ? size : extent), x.dtype)
  const step = bytesBehind(x.shape, axis)
  const rows = count(x.shape.slice(0, axis))
  const from = backend.addressOf(x) + begin * step
  backend.simd.copyRows(from, (x.shape[axis] ?? 0) * step, backend.addressOf(result), size * step, size * step, rows)
  return result
}

const slice: Replacement = (backend, sound) => (given) => {
  const x = given.inputs["x"] as tf.TensorInfo
  const [begin, size] = [given.attrs?.["begin"] as Array<number>, given.attrs?.["size"] as Array<number>]
  const sizes = x.shape.map((extent, axis) => size[axis] === -1 ? extent - (begin[axis] ?? 0) : size[axis] ?? extent)
  const axes = x.shape.flatMap((extent, axis) => sizes[axis] === extent ? [] : [axis])
  const [axis = 0, ...more] = axes
  if (!isWords(x) || x.shape.length === 0 || more.length > 0) return sound(given)
  return cut(backend, x, axis, begin[axis] ?? 0, sizes[axis] ?? 0)
}

const splitV: Replacement = (backend, sound) => (given) => {
  const x = given.inputs["x"] as tf.TensorInfo
  const axis = axisOf(given.attrs?.["axis"] as number, x)
  const sizes = given.attrs?.["numOrSizeSplits"] as number | ReadonlyArray<number>
  if (!isWords(x) || typeof sizes === "number" || sizes.includes(-1)) return sound(given)
  let begin = 0
  return sizes.map((size) => {
    begin += size
    return cut(backend, x, axis, begin - size, size)
  })
}

const concat: Replacement = (backend, sound) => (given) => {
  const inputs = (given.inputs as unknown as ReadonlyArray<tf.TensorInfo>).filter(({ shape }) => count(shape) > 0)
  const [first] = inputs
  if (first === undefined || inputs.some((one) => !isWords(one) || one.dtype !== first.dtype)) return sound(given)
  const axis = axisOf(given.attrs?.["axis"] as number, first)
  const total = inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0)
  const result = backend.reserve(first.shape.map((extent, index) => index === axis ? total : extent), first.dtype)
  const step = bytesBehind(first.shape, axis)
  const rows = count(first.shape.slice(0, axis))
  let to = backend.addressOf(result)
  for (const one of inputs) {
    const bytes = (one.shape[axis] ?? 0) * step
    backend.simd.copyRows(backend.addressOf(one), bytes, to, total * step, bytes, rows)
    to += bytes
  }
  return result
}

/** The most axes that tensors are spread over. */
const axes = 4

/** Spreads a tensor over a shape; null where it has that shape already. */
const spread = (backend: Memory, x: tf.TensorInfo, shape: ReadonlyArray<number>): tf.TensorInfo | null => {
  if (x.shape.length === shape.length && x.shape.every((extent, axis) => extent === shape[axis])) return null
  const padded = (extents: ReadonlyArray<number>): ReadonlyArray<number> =>
    [...Array.from({ length: axes - extents.length }, () => 1), ...extents]
  const own = padded(x.shape)
  const strides = own.map((extent, axis) => extent === 1 ? 0 : bytesBehind(own, axis))
  const result = backend.reserve(shape, x.dtype)
  const [d0, d1, d2, d3] = padded(shape) as [number, number, number, number]
  const [s0, s1, s2, s3] = strides as [number, number, number, number]
  backend.simd.expand(backend.addressOf(x), backend.addressOf(result), d0, d1, d2, d3, s0, s1, s2, s3)
  return result
}

type Compute = (a: tf.TensorInfo, b: tf.TensorInfo) => tf.TensorInfo | Array<tf.TensorInfo>

/** Spreads both operands over their common shape before they are computed with. */
const ofOneShape = (backend: Memory, sound: Kernel, compute: (given: Parameters<Kernel>[0]) => Compute): Kernel =>
(given) => {
  const [a, b] = [given.inputs["a"] as tf.TensorInfo, given.inputs["b"] as tf.TensorInfo]
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape])
  if (!isFloat(a) || !isFloat(b) || shape.length > axes || count(shape) === 0) return sound(given)
  const [left, right] = [spread(backend, a, shape), spread(backend, b, shape)]
  const result = compute(given)(left ?? a, right ?? b)
  for (const spreadOut of [left, right]) if (spreadOut !== null) backend.release(spreadOut)
  return result
}

const comparison: Replacement = (backend, sound) =>
  ofOneShape(backend, sound, (given) => (a, b) => sound({ ...given, inputs: { a, b } }))

const extremum = (name: "minimum" | "maximum"): Replacement => (backend, sound) =>
  ofOneShape(backend, sound, () => (a, b) => {
    const result = backend.reserve(a.shape, "float32")
    const { addressOf } = backend
    backend.simd[name](addressOf(a), addressOf(b), addressOf(result), count(a.shape))
    return result
  })

const clipByValue: Replacement = (backend, sound) => (given) => {
  const x = given.inputs["x"] as tf.TensorInfo
  if (!isFloat(x)) return sound(given)
  const result = backend.reserve(x.shape, "float32")
  const [low, high] = [given.attrs?.["clipValueMin"] as number, given.attrs?.["clipValueMax"] as number]
  backend.simd.clip(backend.addressOf(x), backend.addressOf(result), count(x.shape), low, high)
  return result
}

/** Axes side by side, from `first` up to `end`, which are summed up in one go. */
interface Run {
  readonly first: number
  readonly end: number
}

/** Finds the runs among axes, the last of them first. */
const runsOf = (axes: ReadonlyArray<number>): ReadonlyArray<Run> =>
  axes.toSorted((a, b) => b - a).reduce<ReadonlyArray<Run>>((found, axis) => {
    const run = found.at(-1)
    const joins = run?.first === axis + 1
    return [...(joins ? found.slice(0, -1) : found), { first: axis, end: joins ? run.end : axis + 1 }]
  }, [])

const sum: Replacement = (backend, sound) => (given) => {
  const x = given.inputs["x"] as tf.TensorInfo
  const axes = tf.util.parseAxisParam(given.attrs?.["axis"] as number | Array<number>, [...x.shape])
  const runs = runsOf(axes)
  if (!isFloat(x) || runs.length === 0) return sound(given)
  const kept = x.shape.map((extent, axis) => axes.includes(axis) ? 1 : extent)
  const shape = given.attrs?.["keepDims"] === true ? kept : kept.filter((_, axis) => !axes.includes(axis))
  let sums = x
  runs.forEach(({ end, first }, index) => {
    const [outer, inner] = [count(x.shape.slice(0, first)), count(kept.slice(end))]
    const next = backend.reserve(index === runs.length - 1 ? shape : [outer, inner], "float32")
    const summed = count(x.shape.slice(first, end))
    backend.simd.sum(backend.addressOf(sums), backend.addressOf(next), outer, summed, inner)
    if (sums !== x) backend.release(sums)
    sums = next
  })
  return sums
}

const replacements: Readonly<Record<string, Replacement>> = {
  Slice: slice,
  SplitV: splitV,
  Concat: concat,
  Less: comparison,
  LessEqual: comparison,
  Greater: comparison,
  GreaterEqual: comparison,
  Equal: comparison,
  Minimum: extremum("minimum"),
  Maximum: extremum("maximum"),
  ClipByValue: clipByValue,
  Sum: sum
}

/** Names the operations that are replaced. */
export const replaced: ReadonlyArray<string> = Object.keys(replacements)

/** Computes with tfjs's own operations of some names for a while, as measurements and tests do. */
export type WithStock = <A>(names: ReadonlyArray<string>, run: () => A) => A

const register = (config: tf.KernelConfig): void => {
  tf.unregisterKernel(config.kernelName, backendName)
  tf.registerKernel(config)
}

/** Replaces the operations of a backend. */
export const replace = (backend: Memory): WithStock => {
  const configs = replaced.map((name) => {
    const stock = tf.getKernel(name, backendName)
    const kernelFunc = replacements[name]?.(backend, stock.kernelFunc) ?? stock.kernelFunc
    return { stock, own: { ...stock, kernelFunc } }
  })
  for (const { own } of configs) register(own)
  return (names, run) => {
    const chosen = configs.filter(({ own }) => names.includes(own.kernelName))
    try {
      for (const { stock } of chosen) register(stock)
      return run()
    } finally {
      for (const { own } of chosen) register(own)
    }
  }
}
