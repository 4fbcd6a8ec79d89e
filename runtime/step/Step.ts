import type { Batch } from "../data/Batch.ts"

/** All that changes from step to step besides the batch. Rates and decays as plain numbers; `clipBound` is Infinity where clipping is off. */
export interface Scalars {
  readonly learningRate: number
  readonly biasLearningRate: number
  readonly momentum: number
  readonly clipBound: number
  readonly emaDecay: number
}

/** The parts of the loss after their gains; they add up to the loss. */
export interface LossParts {
  readonly box: number
  readonly class: number
  readonly dfl: number
}

/** What one step reports. `gradNorm` is the global norm before clipping; a step that is not finite changed nothing. */
export interface StepOutcome {
  readonly loss: number
  readonly parts: LossParts
  readonly gradNorm: number
  readonly finite: boolean
  readonly clipped: boolean
}

/** A tensor of the state by its address in the graph. */
export interface NamedTensor {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly data: Float32Array
}

/** Everything that a step carries to the next one. `ema` is empty where averaging is off; otherwise it holds parameters and buffers. */
export interface State {
  readonly parameters: ReadonlyArray<NamedTensor>
  readonly optimizer: ReadonlyArray<NamedTensor>
  readonly buffers: ReadonlyArray<NamedTensor>
  readonly ema: ReadonlyArray<NamedTensor>
}

/** Decoded predictions: boxes as x1 y1 x2 y2 in pixels of the input `[batch, anchors, 4]`, scores in 0..1 `[batch, anchors, classes]`. */
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
  readonly run: (batch: Batch, scalars: Scalars) => StepOutcome
  /** Predicts with the averaged weights where averaging is on. `images` is `[batch, input, input, 3]` in 0..1. */
  readonly predict: (images: Float32Array) => Prediction
  readonly read: () => State
  readonly write: (state: State) => void
  readonly dispose: () => void
}
