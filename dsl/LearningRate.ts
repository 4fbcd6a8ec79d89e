import * as Schema from "effect/Schema"
import * as Length from "./Length.ts"
import * as Quantity from "./Quantity.ts"

/** The same `value` at every step. */
export const Constant = Schema.TaggedStruct("Constant", { value: Quantity.nonNegative })
export type Constant = typeof Constant.Type

/** At step t of T, `peak + (final - peak) * t / T`: `peak` at step 0, `final` at the end. */
export const Linear = Schema.TaggedStruct("Linear", { peak: Quantity.nonNegative, final: Quantity.nonNegative })
export type Linear = typeof Linear.Type

/** At step t of T, `final + (peak - final) * (1 + cos(pi * t / T)) / 2`: `peak` at step 0, `final` at the end. */
export const Cosine = Schema.TaggedStruct("Cosine", { peak: Quantity.nonNegative, final: Quantity.nonNegative })
export type Cosine = typeof Cosine.Type

/** At step t of T, `final + (peak - final) * (1 - t / T) ^ power`: `peak` at step 0, `final` at the end. */
export const Polynomial = Schema.TaggedStruct("Polynomial", {
  peak: Quantity.nonNegative,
  final: Quantity.nonNegative,
  power: Quantity.positive
})
export type Polynomial = typeof Polynomial.Type

/** At step t of T, `peak * (final / peak) ^ (t / T)`: `peak` at step 0, `final` at the end. */
export const Exponential = Schema.TaggedStruct("Exponential", { peak: Quantity.positive, final: Quantity.positive })
export type Exponential = typeof Exponential.Type

/** At step t, `peak * factor ^ floor(t / every)`. */
export const Step = Schema.TaggedStruct("Step", {
  peak: Quantity.nonNegative,
  factor: Quantity.positiveUpTo(1),
  every: Length.Length
})
export type Step = typeof Step.Type

const Change = Schema.Struct({ at: Length.Length, by: Quantity.positiveUpTo(1000) })
type Change = typeof Change.Type

const rising = Schema.makeFilter((changes: ReadonlyArray<Change>) =>
  changes.every(({ at }, index) => {
    const before = changes[index - 1]?.at
    if (before === undefined) return true
    return at.steps === undefined
      ? before.epochs !== undefined && before.epochs < at.epochs
      : before.steps !== undefined && before.steps < at.steps
  }), { expected: "one or more changes, each at a later position, all in steps or all in epochs" })

/** Each change multiplies by `by`, at most 1000, from position `at` on, counted from where the schedule begins. */
export const Piecewise = Schema.TaggedStruct("Piecewise", {
  start: Quantity.nonNegative,
  multiply: Schema.NonEmptyArray(Change).pipe(Schema.check(rising))
})
export type Piecewise = typeof Piecewise.Type

/**
 * From `peak / divide` at step 0 to `peak` at step `rise * T - 1`, and from there to `peak / divide / finalDivide` at
 * the last step, T - 1.
 */
export const OneCycle = Schema.TaggedStruct("OneCycle", {
  peak: Quantity.nonNegative,
  divide: Quantity.atLeast(1),
  finalDivide: Quantity.atLeast(1),
  rise: Quantity.share,
  anneal: Schema.Literals(["cosine", "linear"])
})
export type OneCycle = typeof OneCycle.Type

/**
 * With the share s of the decay behind it, `final + (peak - final) * (1 - s)` for `linear`, `(1 + cos(pi * s)) / 2` in
 * place of `1 - s` for `cosine` and `1 - sqrt(s)` for `sqrt`. A decay that the warmup leaves too few steps has those.
 */
export const WarmupStableDecay = Schema.TaggedStruct("WarmupStableDecay", {
  peak: Quantity.nonNegative,
  final: Quantity.nonNegative,
  warmup: Length.Length,
  decay: Length.Length,
  shape: Schema.Literals(["linear", "cosine", "sqrt"])
})
export type WarmupStableDecay = typeof WarmupStableDecay.Type

/** At step t, `peak * t / warmup`, and from the end of the warmup on `peak * sqrt(warmup / t)`. */
export const InverseSquareRoot = Schema.TaggedStruct("InverseSquareRoot", {
  peak: Quantity.nonNegative,
  warmup: Length.Length
})
export type InverseSquareRoot = typeof InverseSquareRoot.Type

const Single = Schema.Union([
  Constant,
  Linear,
  Cosine,
  Polynomial,
  Exponential,
  Step,
  Piecewise,
  OneCycle,
  WarmupStableDecay,
  InverseSquareRoot
])
/** A schedule that is not made of others. */
export type Single = typeof Single.Type

const Part = Schema.Struct({ schedule: Single, length: Length.Length })
type Part = typeof Part.Type

const Last = Schema.Struct({
  schedule: Single,
  length: Schema.optionalKey(
    Schema.Never.annotate({ expected: "no length: the last part takes the steps that are left" })
  )
})
type Last = typeof Last.Type

/**
 * A part is `{ schedule, length }` and runs as if its own length were the whole; the last one is `{ schedule }` and takes
 * the steps that are left.
 */
export const Sequence = Schema.TaggedStruct("Sequence", {
  parts: Schema.TupleWithRest(Schema.Tuple([Part]), [Part, Last]).annotate({
    expected: "a list of two or more parts, all but the last with a length"
  })
})
export type Sequence = typeof Sequence.Type

/** The learning rate by optimizer step, from step 0 to the end of the length. A warmup is laid over its beginning. */
export const LearningRate = Schema.Union([...Single.members, Sequence])
export type LearningRate = typeof LearningRate.Type

/** Keeps one learning rate over the whole length. */
export const constant = (value: number): Constant => ({ _tag: "Constant", value })

/** Falls (or rises) in a straight line over the whole length. */
export const linear = (options: { readonly peak: number; readonly final: number }): Linear => ({
  _tag: "Linear",
  ...options
})

/** Anneals along half a cosine over the whole length. */
export const cosine = (options: { readonly peak: number; readonly final: number }): Cosine => ({
  _tag: "Cosine",
  ...options
})

/** Falls along a power of the steps that are left: fast first for a power above 1. PyTorch's `PolynomialLR`. */
export const polynomial = (
  options: { readonly peak: number; readonly final: number; readonly power: number }
): Polynomial => ({ _tag: "Polynomial", ...options })

/** Falls (or rises) by the same ratio at every step, so that both ends are above 0. PyTorch's `ExponentialLR`. */
export const exponential = (options: { readonly peak: number; readonly final: number }): Exponential => ({
  _tag: "Exponential",
  ...options
})

/** Multiplies the learning rate by `factor` after every so many steps or epochs. PyTorch's `StepLR`. */
export const step = (
  options: { readonly peak: number; readonly factor: number; readonly every: Length.Length }
): Step => ({ _tag: "Step", ...options })

/** Multiplies the learning rate at chosen positions, from `start` on. PyTorch's `MultiStepLR`, with a factor each. */
export const piecewise = (
  options: { readonly start: number; readonly multiply: readonly [Change, ...ReadonlyArray<Change>] }
): Piecewise => ({ _tag: "Piecewise", ...options })

/**
 * Rises over the share `rise` of the length and falls over the rest, once. PyTorch's `OneCycleLR`, of which `divide` is
 * `div_factor`, `finalDivide` is `final_div_factor` and `rise` is `pct_start`; the momentum stays. Smith, 2018.
 */
export const oneCycle = (
  options: {
    readonly peak: number
    readonly divide?: number
    readonly finalDivide?: number
    readonly rise?: number
    readonly anneal?: "cosine" | "linear"
  }
): OneCycle => ({ _tag: "OneCycle", divide: 25, finalDivide: 1e4, rise: 0.3, anneal: "cosine", ...options })

/**
 * Rises from 0 to `peak` over `warmup` (WSD), stays there, and falls to `final` over the last `decay`. Hu et al.
 * (MiniCPM), 2024; `sqrt` is the shape of Hägele et al., 2024.
 */
export const warmupStableDecay = (
  options: {
    readonly peak: number
    readonly final: number
    readonly warmup: Length.Length
    readonly decay: Length.Length
    readonly shape?: "linear" | "cosine" | "sqrt"
  }
): WarmupStableDecay => ({ _tag: "WarmupStableDecay", shape: "linear", ...options })

/** Rises from 0 to `peak` over `warmup`, then falls with the root of the steps. Vaswani et al. (Transformer), 2017. */
export const inverseSquareRoot = (
  options: { readonly peak: number; readonly warmup: Length.Length }
): InverseSquareRoot => ({ _tag: "InverseSquareRoot", ...options })

/** Runs schedules one after another, such as a rise and a decay; none of them is a sequence itself. */
export const sequence = (parts: readonly [Part, ...ReadonlyArray<Part>, Last]): Sequence => ({
  _tag: "Sequence",
  parts
})
