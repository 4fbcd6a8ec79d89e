/**
 * Which training images are shown when: pure functions of a recipe's feed, a seed and where the training stands.
 */
import type { Feed } from "../../dsl/Feed.ts"
import type { DataFacts } from "../plan/Facts.ts"
import * as Quarantine from "../plan/Quarantine.ts"
import * as Skips from "../plan/Skips.ts"
import * as Random from "./Random.ts"

/** A training batch: one of an epoch's. */
export interface Place {
  readonly epoch: number
  readonly index: number
}

/** How the batches of a training follow each other. */
export interface Pace {
  readonly feed: Feed
  /** The training batches of one epoch: whole steps. */
  readonly batchesPerEpoch: number
  /** The batches that one step takes. */
  readonly batchesPerStep: number
}

/** Finds the batch that a step is shown, or of several the one at `batch`. Both are counted from 0. */
export const placeOf = ({ batchesPerEpoch, batchesPerStep, feed }: Pace, step: number, batch: number): Place => {
  const ordinal = Skips.positionOf(feed.skip, step) * batchesPerStep + batch
  return { epoch: Math.floor(ordinal / batchesPerEpoch), index: ordinal % batchesPerEpoch }
}

/** The images of an epoch in their order, each with the one that is shown in its place. */
export interface Order {
  readonly images: ReadonlyArray<number>
  readonly shown: (image: number) => number
}

/** Finds what takes the places of images in quarantine: of those after one in the order, the first that is not. */
const standInsFor = (quarantined: ReadonlySet<number>, images: ReadonlyArray<number>): ReadonlyMap<number, number> => {
  const standIns = new Map<number, number>()
  let next: number | null = null
  // Twice: after the last image comes the first.
  for (const image of [...images, ...images].toReversed()) {
    if (!quarantined.has(image)) next = image
    else if (next !== null) standIns.set(image, next)
  }
  if (quarantined.size > 0 && next === null) throw new RangeError("every training image is in quarantine")
  return standIns
}

/** Prepares to order epochs. Throws a RangeError where every image is in quarantine. */
export const ordering = (feed: Feed, facts: DataFacts, seed: number): (epoch: number) => Order => {
  const quarantined = new Set(Quarantine.indicesOf(feed.quarantine, facts).values())
  return (epoch) => {
    const keys = feed.order === 0 ? [] : [feed.order]
    const images = Random.shuffled(facts.images.train, Random.stream(seed, "order", epoch, ...keys))
    const standIns = quarantined.size === 0 ? null : standInsFor(quarantined, images)
    return { images, shown: (image) => standIns?.get(image) ?? image }
  }
}
