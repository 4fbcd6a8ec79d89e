/**
 * What a close look at one step tells, as plain data.
 */
import type { LossParts } from "./Parts.ts"

/** Where a pass can be not finite, in the order of computation; `weights` are there before it starts. */
export type Direction = "weights" | "input" | "forward" | "loss" | "backward"

/**
 * The first thing that is not finite. `node` says what: `weights`: the state's tensor by its address; `input`: `images` or
 * `boxes`; `forward`: the node whose output it is, or the running statistic by its address; `loss`: `loss.box` and the like,
 * or `loss` where only the whole is; `backward`: the node at whose output the gradient is, or the parameter by its address,
 * or `norm` where only the length of all gradients is.
 */
export interface First {
  readonly node: string
  readonly direction: Direction
  /** Counted from 0, of the batches that were given. */
  readonly batch: number
  /** The rows of the batch that are not finite; null where that singles none out. */
  readonly rows: ReadonlyArray<number> | null
}

/**
 * What went through a node's output. `largest` is the largest magnitude and `rms` the root of the mean square: NaN where a
 * value is, or else Infinity where a value is infinite.
 */
export interface Flow {
  readonly node: string
  readonly direction: "forward" | "backward"
  readonly finite: boolean
  readonly largest: number
  readonly rms: number
}

export interface Probe {
  /** Null where all is finite. */
  readonly first: First | null
  /** Of the first batch with something not finite, or else of the last one, in the order of computation. */
  readonly nodes: ReadonlyArray<Flow>
  /** As a step of these batches would report them. */
  readonly loss: number
  readonly parts: LossParts
  readonly gradNorm: number
}
