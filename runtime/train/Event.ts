import type { LossParts } from "../step/Parts.ts"

/** Says which attempt of which run an event belongs to, and at which step it happened. */
interface Origin {
  readonly run: string
  readonly attempt: number
  readonly step: number
  /** When it was told, in milliseconds since 1970; only whoever passes it on says so. */
  readonly at?: number
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

/**
 * What the validation split says after `step` steps: average precision by COCO's definitions for a detector, accuracy for
 * a classifier, and null for what the other has.
 */
export interface EvalEvent extends Origin {
  readonly kind: "eval"
  readonly map: number | null
  readonly map50: number | null
  /** The share of image and class pairs of which it is said rightly whether the image shows the class. */
  readonly accuracy: number | null
  readonly seconds: number
}

/** The norms of a gradient: over the whole net, and over each of its sections. */
export interface SectionNorms {
  readonly total: number
  readonly sections: Readonly<Record<string, number>>
}

/** How many of a section's gradients have a magnitude of at least 2^(lowest + i), by i; those that are 0 are not among them. */
export interface Histogram {
  readonly lowest: number
  readonly counts: ReadonlyArray<number>
}

/** The gradients of a loss's parts by themselves, before `step`'s update, on its first batch. */
export interface MonitorEvent extends Origin {
  readonly kind: "monitor"
  readonly parts: { readonly [Name in keyof LossParts]?: SectionNorms }
  readonly whole: SectionNorms
  /** Of the whole gradient, by section; null where they were not asked for. */
  readonly histograms: Readonly<Record<string, Histogram>> | null
  readonly seconds: number
}

/** A figure of a step against its last ones: `deviations` says how far above their median, in robust deviations. */
export interface Spike {
  readonly value: number
  readonly median: number
  readonly deviations: number
}

/** A step's loss or gradient norm lies far above those before it; null for the one that does not. No fault by itself. */
export interface SpikeEvent extends Origin {
  readonly kind: "spike"
  readonly loss: Spike | null
  readonly gradNorm: Spike | null
}

/** A fault's step was kept for replay; `directory` is relative to the attempt's. */
export interface IncidentEvent extends Origin {
  readonly kind: "incident"
  readonly directory: string
  readonly tag: string
  readonly message: string
}

/**
 * A diagnosis replayed the steps before a fault with one thing changed; `cured` says whether the training stayed upright,
 * null where that could not be tried.
 */
export interface TrialEvent extends Origin {
  readonly kind: "trial"
  readonly change: string
  readonly cured: boolean | null
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
export type Event =
  | StepEvent
  | EvalEvent
  | MonitorEvent
  | SpikeEvent
  | IncidentEvent
  | TrialEvent
  | CheckpointEvent
  | StatusEvent
