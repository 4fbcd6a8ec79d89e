/**
 * The kernels of our own, which tfjs's wasm backend lacks, has wrong, or is slow at: those of `simd/`, compiled.
 */
import * as fs from "node:fs"
import * as WebAssembly from "./WebAssembly.ts"

type Address = number

/** Those of a convolution: its input, the cells and channels of its output, kernel and stride. */
export type Shapes = [
  ...[images: number, height: number, width: number, channels: number],
  ...[rows: number, columns: number, filters: number],
  ...[size: number, stride: number]
]

/** Room for 32 bytes a tap and 64 more, and zeros for a cell of the input. */
export type Scratch = [scratch: Address, zeros: Address]

/** The kernels' functions. Tensors are float32 rows by channels, given by their addresses in the backend's memory. */
export interface Simd {
  readonly silu: (x: Address, y: Address, count: number) => void
  readonly siluGradient: (x: Address, upstream: Address, dx: Address, count: number) => void
  readonly norm: (
    x: Address,
    gamma: Address,
    beta: Address,
    oldMean: Address,
    oldVariance: Address,
    y: Address,
    mean: Address,
    scale: Address,
    newMean: Address,
    newVariance: Address,
    rows: number,
    channels: number,
    epsilon: number,
    momentum: number,
    withSilu: boolean
  ) => void
  readonly normGradient: (
    x: Address,
    gamma: Address,
    beta: Address,
    mean: Address,
    scale: Address,
    upstream: Address,
    dx: Address,
    dgamma: Address,
    dbeta: Address,
    rows: number,
    channels: number,
    withSilu: boolean
  ) => void
  readonly affine: (x: Address, factor: Address, offset: Address, y: Address, rows: number, channels: number) => void
  readonly addBias: (x: Address, bias: Address, y: Address, rows: number, channels: number) => void
  readonly sum: (x: Address, y: Address, outer: number, summed: number, inner: number) => void
  readonly copyRows: (
    from: Address,
    fromStride: number,
    to: Address,
    toStride: number,
    bytes: number,
    rows: number
  ) => void
  readonly expand: (
    x: Address,
    y: Address,
    ...shape: [...[d0: number, d1: number, d2: number, d3: number], ...[s0: number, s1: number, s2: number, s3: number]]
  ) => void
  readonly minimum: (x: Address, y: Address, to: Address, count: number) => void
  readonly maximum: (x: Address, y: Address, to: Address, count: number) => void
  readonly clip: (x: Address, y: Address, count: number, low: number, high: number) => void
  readonly upsample: (x: Address, y: Address, lines: number, width: number, channels: number) => void
  readonly upsampleGradient: (upstream: Address, dx: Address, lines: number, width: number, channels: number) => void
  readonly convolution: (x: Address, weight: Address, y: Address, ...shapes: [...Shapes, ...Scratch]) => void
  readonly transposeTaps: (weight: Address, turned: Address, taps: number, channels: number, filters: number) => void
  readonly convolutionByInput: (
    upstream: Address,
    turned: Address,
    dx: Address,
    ...shapes: [...Shapes, ...Scratch]
  ) => void
  readonly convolutionByWeight: (x: Address, upstream: Address, dw: Address, ...shapes: Shapes) => void
  readonly sumOfSquares: (x: Address, count: number) => number
  readonly sgd: (
    weight: Address,
    velocity: Address,
    gradient: Address,
    count: number,
    coefficient: number,
    rate: number,
    momentum: number,
    decay: number,
    nesterov: boolean
  ) => void
  readonly adam: (
    weight: Address,
    first: Address,
    second: Address,
    gradient: Address,
    count: number,
    coefficient: number,
    rate: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    epsilon: number,
    root: number,
    decay: number,
    kept: number
  ) => void
  readonly approach: (mean: Address, value: Address, count: number, share: number) => void
  readonly maxPool: (
    x: Address,
    y: Address,
    images: number,
    height: number,
    width: number,
    channels: number,
    size: number
  ) => void
  readonly maxPoolGradient: (
    x: Address,
    upstream: Address,
    dx: Address,
    images: number,
    height: number,
    width: number,
    channels: number,
    size: number
  ) => void
}

/** Makes the kernels work on a memory. */
export const instantiate = (memory: WebAssembly.Memory): Simd => {
  const module = new WebAssembly.Module(fs.readFileSync(new URL("./simd/kernels.wasm", import.meta.url)))
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Simd
}
