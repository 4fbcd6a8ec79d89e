/**
 * Clip policies as the host sees them: what a policy remembers from step to step, the numbers that a step is given, and
 * the bound on the global norm that these come to.
 */
import type * as Clip from "../../dsl/Clip.ts"

/** Keeps the division finite where the norm is 0, as PyTorch's clip_grad_norm_ does. */
export const clipEpsilon = 1e-6

/** Keeps the score finite where the deviation is 0. */
export const scoreEpsilon = 1e-6

/** What a policy remembers between steps, as plain data: nothing, the last norms, or their running mean and variance. */
export type Memory =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Norms"; readonly norms: ReadonlyArray<number> }
  | { readonly _tag: "Statistics"; readonly mean: number; readonly variance: number }

/** Makes what a policy remembers before the first step. */
export const start = (clip: Clip.Clip): Memory =>
  clip._tag === "Auto" || clip._tag === "ZScore" ? { _tag: "Norms", norms: [] } : { _tag: "Nothing" }

/** The bound that holds whatever norm a step has: Infinity where there is none. */
export const fixedBound = (clip: Clip.Clip): number => {
  switch (clip._tag) {
    case "GlobalNorm":
      return clip.maxNorm
    case "ZScore":
      return clip.maxNorm ?? Infinity
    default:
      return Infinity
  }
}

/** How many numbers besides the fixed bound a policy gives to a step. */
export const inputCount = (clip: Clip.Clip): number => clip._tag === "Auto" ? 5 : clip._tag === "ZScore" ? 3 : 0

/**
 * Lists what a step needs to find a percentile of the remembered norms, in ascending order, and one more, x, as far as it
 * is known without x: between the order statistics around it it is
 * `(1 - share) * clamp(x, ...lower) + share * clamp(x, ...upper)`, because one more value moves each of them at most to
 * its neighbour.
 */
export const percentileInputs = (percentile: number, ascending: ArrayLike<number>): ReadonlyArray<number> => {
  const position = (percentile / 100) * ascending.length
  const lower = Math.floor(position)
  const share = position - lower
  const at = (index: number): number =>
    index < 0 ? -Infinity : index >= ascending.length ? Infinity : ascending[index] ?? Infinity
  // Without a share in it, the upper neighbour must not bring an infinity along.
  const [above, beyond] = share === 0 ? [0, 0] : [at(lower), at(lower + 1)]
  return [share, at(lower - 1), at(lower), above, beyond]
}

/** Lists the numbers that a step needs to find its bound: as many as `inputCount` says. */
export const inputs = (clip: Clip.Clip, memory: Memory): ReadonlyArray<number> => {
  if (clip._tag === "Auto") {
    const norms = memory._tag === "Norms" ? memory.norms : []
    const last = norms.slice(Math.max(0, norms.length - clip.history + 1))
    return percentileInputs(clip.percentile, last.toSorted((left, right) => left - right))
  }
  if (clip._tag === "ZScore") {
    return memory._tag === "Statistics"
      ? [memory.mean, Math.sqrt(memory.variance), clip.threshold]
      : [0, 0, Infinity]
  }
  return []
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** Finds what a norm above the threshold is cut to, in standard deviations: the farther out, the nearer to the mean. */
const spikeBound = (norm: number, inputs: ReadonlyArray<number>): number => {
  const [mean = NaN, deviation = NaN, threshold = NaN] = inputs
  const score = (norm - mean) / (deviation + scoreEpsilon)
  return score > threshold ? mean + (threshold * deviation) / (score / threshold) : Infinity
}

/** Finds the bound on a norm, given what the step was given. Infinity where the policy sets none on the global norm. */
export const boundOf = (clip: Clip.Clip, inputs: ReadonlyArray<number>, norm: number): number => {
  if (clip._tag === "Auto") {
    const [share = NaN, low = NaN, high = NaN, above = NaN, beyond = NaN] = inputs
    return (1 - share) * clamp(norm, low, high) + share * clamp(norm, above, beyond)
  }
  return Math.min(fixedBound(clip), clip._tag === "ZScore" ? spikeBound(norm, inputs) : Infinity)
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const statistics = (norms: ReadonlyArray<number>): Memory => {
  const centre = mean(norms)
  return { _tag: "Statistics", mean: centre, variance: mean(norms.map((norm) => (norm - centre) ** 2)) }
}

/** Remembers a finite step's norm. ZClip's running figures follow the norm as it was cut, the mean first. */
export const remember = (clip: Clip.Clip, memory: Memory, norm: number): Memory => {
  if (clip._tag === "Auto" && memory._tag === "Norms") {
    return { _tag: "Norms", norms: [...memory.norms, norm].slice(-clip.history) }
  }
  if (clip._tag !== "ZScore") return memory
  if (memory._tag === "Norms") {
    const norms = [...memory.norms, norm]
    return norms.length < clip.warmup ? { _tag: "Norms", norms } : statistics(norms)
  }
  if (memory._tag !== "Statistics") return memory
  const cut = Math.min(norm, spikeBound(norm, inputs(clip, memory)))
  const moved = clip.decay * memory.mean + (1 - clip.decay) * cut
  return {
    _tag: "Statistics",
    mean: moved,
    variance: clip.decay * memory.variance + (1 - clip.decay) * (cut - moved) ** 2
  }
}

/** Computes the factor that all gradients are multiplied with: min(1, bound / (norm + 1e-6)). */
export const coefficient = (norm: number, bound: number): number => Math.min(1, bound / (norm + clipEpsilon))

/** Tells whether a finite norm is above its bound. */
export const clips = (norm: number, bound: number): boolean => norm > bound

/** Tells whether a policy scales every tensor by itself, so that no one bound on the global norm says what it does. */
export const isPerTensor = (clip: Clip.Clip): clip is Extract<Clip.Clip, { readonly _tag: "PerLayer" | "Adaptive" }> =>
  clip._tag === "PerLayer" || clip._tag === "Adaptive"
