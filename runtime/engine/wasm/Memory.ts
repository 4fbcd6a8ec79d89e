import type * as tf from "@tensorflow/tfjs-core"
import type * as Simd from "./Simd.ts"
import type * as WebAssembly from "./WebAssembly.ts"

/** The part of tfjs's wasm backend that engine code talks to: tensors in one memory, at addresses that stay. */
export interface Memory {
  readonly memory: WebAssembly.Memory
  /** Tells at which byte a tensor lies. */
  readonly addressOf: (tensor: tf.TensorInfo) => number
  /** Allocates a float32 tensor without setting its values; tfjs's scopes own it. */
  readonly allocate: <T extends tf.Tensor>(shape: ReadonlyArray<number>) => T
  /** Allocates what is no tensor of tfjs's yet; the caller releases it or hands it to tfjs. */
  readonly reserve: (shape: ReadonlyArray<number>, dtype: tf.DataType) => tf.TensorInfo
  readonly release: (tensor: tf.TensorInfo) => void
  /** Finds room for what a convolution keeps while it works, and zeros of at least so many bytes. They stay its own. */
  readonly workspace: (taps: number, cellBytes: number) => Simd.Scratch
  readonly simd: Simd.Simd
}
