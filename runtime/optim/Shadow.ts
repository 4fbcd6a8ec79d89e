/**
 * What other clip policies would have done to a stream of gradient norms.
 */
import * as Clip from "../../dsl/Clip.ts"
import { Ascending, medianOf } from "./Ascending.ts"
import * as OptimClip from "./Clip.ts"

/**
 * What a policy would have done. `clipRate` is clipped over all norms; `coefficient` is the median of what the clipped
 * gradients would have been multiplied with, null where none would have been; `largest` is the longest gradient that it
 * would have left.
 */
export interface Shadow {
  readonly clip: Clip.Clip
  readonly clipRate: number
  readonly coefficient: number | null
  readonly largest: number
}

/**
 * The policies that are compared. `Clip.perLayer` and `Clip.adaptive` are not among them: what they do hangs on the norm
 * of every tensor by itself, which global norms do not tell.
 */
export const policies: ReadonlyArray<Clip.Clip> = [
  Clip.off,
  ...[0.5, 1, 2, 5, 10].map(Clip.globalNorm),
  Clip.auto(),
  Clip.zscore(),
  Clip.zscore({ maxNorm: null })
]

/** Bounds the norms of finite steps one after the other. */
const boundsOf = (clip: Clip.Clip, norms: ReadonlyArray<number>): ReadonlyArray<number> => {
  let memory = OptimClip.start(clip)
  return norms.map((norm) => {
    const bound = OptimClip.boundOf(clip, OptimClip.inputs(clip, memory), norm)
    memory = OptimClip.remember(clip, memory, norm)
    return bound
  })
}

/** Sorting a history anew at each of many steps would take minutes; one norm comes and one goes. */
const autoBoundsOf = (clip: Clip.Auto, norms: ReadonlyArray<number>): ReadonlyArray<number> => {
  const before = clip.history - 1
  const ascending = new Ascending(clip.history)
  return norms.map((norm, index) => {
    const bound = OptimClip.boundOf(clip, OptimClip.percentileInputs(clip.percentile, ascending.values), norm)
    ascending.insert(norm)
    const oldest = norms[index - before]
    if (oldest !== undefined) ascending.remove(oldest)
    return bound
  })
}

/** Says what one policy would have done to the norms of finite steps, of which there is at least one. */
export const follow = (clip: Clip.Clip, norms: ReadonlyArray<number>): Shadow => {
  const bounds = clip._tag === "Auto" ? autoBoundsOf(clip, norms) : boundsOf(clip, norms)
  const coefficients: Array<number> = []
  let largest = 0
  for (const [index, norm] of norms.entries()) {
    const bound = bounds[index] ?? Infinity
    const coefficient = OptimClip.coefficient(norm, bound)
    if (OptimClip.clips(norm, bound)) coefficients.push(coefficient)
    largest = Math.max(largest, norm * coefficient)
  }
  return {
    clip,
    clipRate: coefficients.length / norms.length,
    coefficient: coefficients.length === 0 ? null : medianOf(Float64Array.from(coefficients).toSorted()),
    largest
  }
}

/**
 * Says what every policy would have done to the global norms of a training's steps; norms that are not finite count for
 * none, because no policy sees them. It is told of these norms alone: another policy would have led to other ones.
 * Nothing where no norm is finite.
 */
export const of = (norms: ReadonlyArray<number>): ReadonlyArray<Shadow> => {
  const finite = norms.filter(Number.isFinite)
  return finite.length === 0 ? [] : policies.map((clip) => follow(clip, finite))
}
