import type { LossParts } from "../step/Step.ts"

/** Says which attempt of which run an event belongs to, and at which step it happened. */
interface Origin {
  readonly run: string
  readonly attempt: number
  readonly step: number
}

/** One optimizer step. `gradNorm` is global, before clipping; `clipBound` is Infinity where clipping is off. */
export interface StepEvent extends Origin {
  readonly kind: "step"
  /** How many steps the attempt goes. */
  readonly totalSteps: number
  readonly loss: number
  readonly parts: LossParts
  readonly learningRate: number
  readonly momentum: number
  readonly gradNorm: number
  readonly clipBound: number
  readonly clipped: boolean
  readonly finite: boolean
  readonly lossScale: number
  readonly imagesPerSecond: number
}

/** Average precision on the validation split after `step` steps, by COCO's definitions. */
export interface EvalEvent extends Origin {
  readonly kind: "eval"
  readonly map: number
  readonly map50: number
  readonly seconds: number
}

/** A checkpoint was written; `directory` is relative to the attempt's. */
export interface CheckpointEvent extends Origin {
  readonly kind: "checkpoint"
  readonly directory: string
}

/** A phase began; `detail` says more in a person's words, such as why an engine runs eagerly. */
export interface StatusEvent extends Origin {
  readonly kind: "status"
  readonly status: "starting" | "compiling" | "training" | "evaluating" | "succeeded" | "failed" | "interrupted"
  readonly detail: string | null
}

/** What an attempt says while it runs: the lines of `events.jsonl`, and the messages to the process that watches it. */
export type Event = StepEvent | EvalEvent | CheckpointEvent | StatusEvent
