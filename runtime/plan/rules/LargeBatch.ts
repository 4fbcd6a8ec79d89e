import type * as Clip from "../../../dsl/Clip.ts"
import type { Curve } from "../../optim/Curve.ts"
import * as Rates from "./Rates.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

const large = 256
const bound = 1
/** A schedule whose last rate is above this share of its peak does not anneal. */
const annealed = 0.1

const isBounded = (clip: Clip.Clip): boolean =>
  clip._tag === "GlobalNorm" ? clip.maxNorm <= bound : clip._tag !== "Off"

const anneals = (curve: Curve): boolean => Rates.last(curve) <= annealed * Rates.peak(curve)

/** Warns of large steps that lack the bound and the annealing which they are published with. */
export const largeBatch: Rule = {
  id: "batch/large-without-bound-and-annealing",
  path: "batch",
  severity: "warning",
  reason: "a large batch has few steps and a high rate, so that one bad step costs much of the training",
  source: "practice with YOLO: from 256 images a step on, a global norm of 1 and cosine annealing",
  remedy: "set `clip: Clip.globalNorm(1)` and `schedule: LearningRate.cosine({ peak, final })` with `final` near 0",
  check: ({ curve, recipe: { accumulate: { batches }, batch, clip } }) => {
    const images = batch * batches
    if (images < large) return null
    const lacking = [
      ...(isBounded(clip) ? [] : [`a bound of ${bound} on the global norm`]),
      ...(curve === null || anneals(curve) ? [] : ["annealing"])
    ]
    return lacking.length === 0 ? null : `a step takes ${images} images without ${Words.listed(lacking)}`
  }
}
