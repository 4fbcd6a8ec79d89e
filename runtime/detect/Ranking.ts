/**
 * Precision and recall down a ranking of detections.
 */
import type { Matches } from "./Matching.ts"

/** Detections, image after image, and their order by score. */
export interface Ranking {
  /** Each detection's place among those of its image, from 0. */
  readonly places: Uint8Array
  /** Positions of detections, best first; equal scores keep their order. */
  readonly order: Uint32Array
}

/** Ranks detections: scores image after image, best first within each. */
export const of = (images: ReadonlyArray<ReadonlyArray<number>>): Ranking => {
  const count = images.reduce((sum, scores) => sum + scores.length, 0)
  const all = new Float64Array(count)
  const places = new Uint8Array(count)
  let at = 0
  for (const scores of images) {
    scores.forEach((score, place) => {
      all[at] = score
      places[at++] = place
    })
  }
  const order = Uint32Array.from({ length: count }, (_, index) => index)
    .toSorted((a, b) => (all[b] ?? 0) - (all[a] ?? 0) || a - b)
  return { places, order }
}

export interface Curve {
  /** The share of boxes that are found. */
  readonly recall: number
  /** Averaged over the recalls that are asked for; 0 at those never reached. */
  readonly precision: number
  /** The precision at each of them. */
  readonly precisions: ReadonlyArray<number>
}

/** Follows the ranking's first `limit` detections of every image at one threshold; `recalls` ascend. */
export const follow = (
  { order, places }: Ranking,
  { boxes, ignored, matched }: Matches,
  options: { readonly bit: number; readonly limit: number; readonly recalls: ReadonlyArray<number> }
): Curve => {
  const mask = 1 << options.bit
  const recall = new Float64Array(order.length)
  const precision = new Float64Array(order.length)
  let count = 0
  let right = 0
  let wrong = 0
  for (const at of order) {
    if ((places[at] ?? 0) >= options.limit) continue
    if (((ignored[at] ?? 0) & mask) === 0) {
      if (((matched[at] ?? 0) & mask) === 0) wrong++
      else right++
    }
    recall[count] = right / boxes
    precision[count++] = right / (right + wrong + Number.EPSILON)
  }
  for (let index = count - 1; index > 0; index--) {
    precision[index - 1] = Math.max(precision[index - 1] ?? 0, precision[index] ?? 0)
  }
  let at = 0
  const precisions = options.recalls.map((wanted) => {
    while (at < count && (recall[at] ?? 0) < wanted) at++
    return at < count ? precision[at] ?? 0 : 0
  })
  const sum = precisions.reduce((total, value) => total + value, 0)
  return { recall: right / boxes, precision: sum / precisions.length, precisions }
}
