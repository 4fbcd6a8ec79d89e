import * as Effect from "effect/Effect"
import * as Augment from "../../../dsl/Augment.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Feed from "../../../dsl/Feed.ts"
import type * as Batches from "../../../runtime/data/Batches.ts"
import * as Columns from "../../../runtime/data/Columns.ts"
import * as Locations from "../../../runtime/data/Locations.ts"
import * as Source from "../../../runtime/data/Source.ts"

/** Opens generated images, which lie nowhere. */
export const openShapes = Effect.fn(function*(train: number, val: number, seed: number) {
  const locations = yield* Locations.read("/nowhere", [])
  return yield* Source.open(Dataset.shapes({ train, val, seed }), { locations, cache: "/nowhere" })
})

/** Makes small batches of a source, with some of it replaced; mosaics never close. */
export const makingOf = (source: Source.Source, options: Partial<Batches.Making> = {}): Batches.Making => {
  const { augment = Augment.standard(), batch = 4 } = options
  return {
    source,
    feed: Feed.whole,
    batch,
    input: 32,
    augment,
    seed: 0,
    maxBoxes: Columns.of(augment, source.facts.maxBoxes),
    batchesPerEpoch: Math.floor(source.facts.images.train / batch),
    batchesPerStep: 1,
    closingFrom: Infinity,
    badImage: null,
    ...options
  }
}
