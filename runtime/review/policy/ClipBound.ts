/**
 * Whether one clip policy lets through what another would have cut.
 */
import type * as Clip from "../../../dsl/Clip.ts"
import * as Notation from "../../plan/Notation.ts"

/** A bound that a policy sets; the larger, the more gets through. */
const boundsOf = (clip: Clip.Clip): Readonly<Record<string, number>> => {
  switch (clip._tag) {
    case "Off":
      return {}
    case "GlobalNorm":
      return { maxNorm: clip.maxNorm }
    case "PerLayer":
      return { maxRms: clip.maxRms }
    case "Adaptive":
      return { ratio: clip.ratio, floor: clip.floor }
    case "Auto":
      return { percentile: clip.percentile }
    // Until its warmup is over, only maxNorm bounds anything.
    case "ZScore":
      return { threshold: clip.threshold, warmup: clip.warmup, maxNorm: clip.maxNorm ?? Infinity }
  }
}

/** Whatever the spikes, no norm beyond this gets through. */
const isWithin = (clip: Clip.Clip, maxNorm: number): boolean =>
  clip._tag === "ZScore" && clip.maxNorm !== null && clip.maxNorm <= maxNorm

/** Says in what a clip is looser than the one before, or may be; null where it lets through no more. */
export const looser = (before: Clip.Clip, after: Clip.Clip): string | null => {
  if (before._tag === "Off") return null
  const [then, now] = [Notation.of("clip", before), Notation.of("clip", after)]
  if (after._tag === "Off") return `clips nothing, and had ${then}`
  if (before._tag !== after._tag) {
    return before._tag === "GlobalNorm" && isWithin(after, before.maxNorm)
      ? null
      : `clips by ${now}, and had ${then}: which of them lets more through depends on the gradients`
  }
  const bounds = boundsOf(before)
  return Object.entries(boundsOf(after)).some(([name, value]) => value > (bounds[name] ?? Infinity))
    ? `clips more loosely, by ${now}, and had ${then}`
    : null
}
