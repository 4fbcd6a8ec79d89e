import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"
import * as Quantity from "./Quantity.ts"

/** Goes back at least `steps` before the fault, and changes nothing. */
export const RollBack = Schema.TaggedStruct("RollBack", { steps: Quantity.index })

/** Multiplies the whole learning-rate schedule by `factor`. */
export const ScaleLearningRate = Schema.TaggedStruct("ScaleLearningRate", { factor: Quantity.positiveUpTo(1) })

/** Multiplies what bounds the gradient by `factor`; where nothing bounds it, clips its global norm to `start`. */
export const TightenClip = Schema.TaggedStruct("TightenClip", {
  factor: Quantity.positiveUpTo(1),
  start: Quantity.positive
})

/** Makes the warmup `factor` times as long, and at least as long as `least`. */
export const ExtendWarmup = Schema.TaggedStruct("ExtendWarmup", { factor: Quantity.atLeast(1), least: Length.Length })

/** Leaves out the batches of `steps` steps, the one that failed first. */
export const SkipBatches = Schema.TaggedStruct("SkipBatches", { steps: Quantity.count })

/** Shows no more the images that the fault was traced to. */
export const QuarantineSample = Schema.TaggedStruct("QuarantineSample", {})

/** Halves the batch and doubles the batches of a step, so that a step sees as many images with less memory. */
export const HalveBatch = Schema.TaggedStruct("HalveBatch", {})

/** Shuffles the training images otherwise from here on. */
export const Reorder = Schema.TaggedStruct("Reorder", {})

/** Goes on with another engine; null for whichever works. */
export const SwitchEngine = Schema.TaggedStruct("SwitchEngine", {
  engine: Schema.NullOr(Schema.Literals(["tensorflow", "wasm"]))
})

/** One change to a recipe that may cure a fault. Every remedy goes on from the last good state. */
export const Remedy = Schema.Union([
  RollBack,
  ScaleLearningRate,
  TightenClip,
  ExtendWarmup,
  SkipBatches,
  QuarantineSample,
  HalveBatch,
  Reorder,
  SwitchEngine
])
export type Remedy = typeof Remedy.Type

/**
 * Goes back at least `steps` (0) before the fault, and changes nothing. By itself it is taken only where the fault did not
 * come again when its step was replayed; together with others it says from where they go on.
 */
export const rollBack = (options: { readonly steps?: number } = {}): Remedy => ({ _tag: "RollBack", steps: 0, ...options })

/** Multiplies the whole learning-rate schedule by `factor` (0.5). */
export const scaleLearningRate = (options: { readonly factor?: number } = {}): Remedy => ({
  _tag: "ScaleLearningRate",
  factor: 0.5,
  ...options
})

/** Multiplies what bounds the gradient by `factor` (0.5); where nothing does, clips its global norm to `start` (1). */
export const tightenClip = (options: { readonly factor?: number; readonly start?: number } = {}): Remedy => ({
  _tag: "TightenClip",
  factor: 0.5,
  start: 1,
  ...options
})

/** Makes the warmup `factor` (2) times as long, and at least as long as `least` (1000 steps). */
export const extendWarmup = (options: { readonly factor?: number; readonly least?: Length.Length } = {}): Remedy => ({
  _tag: "ExtendWarmup",
  factor: 2,
  least: { steps: 1000 },
  ...options
})

/** Leaves out the batches of `steps` (1) steps, the one that failed first. Chowdhery et al. (PaLM), 2022, took 200 to 500. */
export const skipBatches = (options: { readonly steps?: number } = {}): Remedy => ({
  _tag: "SkipBatches",
  steps: 1,
  ...options
})

/** Shows no more the images that the fault was traced to. */
export const quarantineSample: Remedy = { _tag: "QuarantineSample" }

/** Halves the batch and doubles the batches of a step, so that a step sees as many images with less memory. */
export const halveBatch: Remedy = { _tag: "HalveBatch" }

/** Shuffles the training images otherwise from here on. */
export const reorder: Remedy = { _tag: "Reorder" }

/** Goes on with another engine, by name or whichever works. */
export const switchEngine = (engine: "tensorflow" | "wasm" | null = null): Remedy => ({ _tag: "SwitchEngine", engine })
