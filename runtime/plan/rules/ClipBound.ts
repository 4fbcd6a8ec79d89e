import * as OptimClip from "../../optim/Clip.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Warns of an adaptive bound that no gradient comes up to. */
export const clipRatioBoundsNothing: Rule = {
  id: "clip/ratio-bounds-nothing",
  path: "clip.ratio",
  severity: "warning",
  reason: "a gradient as long as its weights passes whole, which is far beyond any that trains",
  source: "the publication of adaptive clipping, which compares ratios of 0.01 to 0.16",
  remedy: "set `clip: Clip.adaptive()`, which takes 0.01",
  check: ({ recipe: { clip } }) =>
    clip._tag === "Adaptive" && clip.ratio >= 1
      ? `a unit's gradient is bounded by ${Words.figure(clip.ratio)} times its weights`
      : null
}

const lowest = 0.01
const highest = 100

/** Warns of a bound on the global norm that nobody trains with. */
export const clipBoundBeyondPractice: Rule = {
  id: "clip/bound-beyond-practice",
  path: "clip.maxNorm",
  severity: "warning",
  reason: `below ${lowest} every step is cut to nearly nothing, above ${highest} none is before it has exploded`,
  source: "practice with YOLO: a bound of 1 to start with, 0.5 to 10 where the norms ask for it",
  remedy: "set `clip: Clip.globalNorm(1)`, and look at a run's median norm before going elsewhere",
  check: ({ recipe: { clip } }) => {
    const bound = OptimClip.fixedBound(clip)
    return Number.isFinite(bound) && (bound < lowest || bound > highest)
      ? `the global norm is bounded by ${Words.figure(bound)}`
      : null
  }
}
