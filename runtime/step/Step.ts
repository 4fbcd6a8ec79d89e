import type { Batch } from "../data/Batch.ts"
import type { Inject } from "./Injection.ts"
import type { LossParts } from "./Parts.ts"
import type { Probe } from "./Probe.ts"

/**
 * All that changes from step to step besides the batch. Rates and decays as plain numbers; `clipBound` holds whatever
 * the policy says, and is Infinity where there is none; `clipInputs` is what the policy bounds this step's norm by.
 */
export interface Scalars {
  readonly learningRate: number
  readonly biasLearningRate: number
  readonly momentum: number
  readonly clipBound: number
  readonly clipInputs: ReadonlyArray<number>
  readonly emaDecay: number
  /** What is added at the node that the step is compiled to inject at, in its last batch; [0, 0] in every honest step. */
  readonly inject: Inject
}

/**
 * What one step reports: the loss and its parts as means over its batches, the global norm before clipping and the bound
 * that it was held against. `finite`: loss, norm and running statistics are. A step that is not changed nothing.
 */
export interface StepOutcome {
  readonly loss: number
  readonly parts: LossParts
  readonly gradNorm: number
  readonly clipBound: number
  readonly finite: boolean
  readonly clipped: boolean
}

/** What one row of a batch comes to by itself. */
export type RowOutcome = Pick<StepOutcome, "finite" | "loss" | "gradNorm">

/** A tensor of the state by its address in the graph. */
export interface NamedTensor {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly data: Float32Array
}

/**
 * Everything that a step carries to the next one. `optimizer` holds every parameter's tensors by `Moments.addressOf`;
 * `ema` is empty where averaging is off, otherwise it holds parameters and buffers.
 */
export interface State {
  /** How many updates changed the state; Adam's corrections count them. */
  readonly updates: number
  readonly parameters: ReadonlyArray<NamedTensor>
  readonly optimizer: ReadonlyArray<NamedTensor>
  readonly buffers: ReadonlyArray<NamedTensor>
  readonly ema: ReadonlyArray<NamedTensor>
}

/**
 * Decoded predictions: boxes as x1 y1 x2 y2 in pixels of the input `[batch, anchors, 4]`, scores in 0..1
 * `[batch, anchors, classes]`. A classifier predicts no boxes, and scores `[batch, 1, classes]`.
 */
export interface Prediction {
  readonly boxes: Float32Array
  readonly scores: Float32Array
}

/** Says how an engine runs its steps, and why not as a session where it could not. */
export interface Execution {
  readonly mode: "session" | "eager"
  readonly reason: string | null
}

/** One training step, compiled for fixed shapes. Every method blocks its thread until the result is there. */
export interface Step {
  readonly batch: number
  readonly execution: Execution
  /** Adds a batch's gradient to those that the next `run` completes: all batches of a step but its last come here. */
  readonly accumulate: (batch: Batch) => void
  /** Takes the step with its last batch: clips, updates and averages once, over all of its batches. */
  readonly run: (batch: Batch, scalars: Scalars) => StepOutcome
  /**
   * Differentiates a batch's loss with other gains for its parts, in their order, from the present state, and changes
   * nothing. Returns the gradients by address, unclipped.
   */
  readonly gradients: (batch: Batch, gains: ReadonlyArray<number>) => ReadonlyMap<string, Float32Array>
  /**
   * Looks for what is not finite in a step of these batches, from the present state, and changes nothing: one eager pass a
   * batch with a look at every node. `inject` acts in the last batch. What was accumulated before takes no part.
   */
  readonly probe: (batches: ReadonlyArray<Batch>, options?: { readonly inject?: Inject }) => Probe
  /**
   * Differentiates, for each row, a batch that is filled with copies of it, eagerly and from the present state, and changes
   * nothing: it traces a fault to single images.
   */
  readonly rows: (batch: Batch) => ReadonlyArray<RowOutcome>
  /** Predicts with the averaged weights where averaging is on. `images` is `[batch, input, input, 3]` in 0..1. */
  readonly predict: (images: Float32Array) => Prediction
  readonly read: () => State
  readonly write: (state: State) => void
  readonly dispose: () => void
}
