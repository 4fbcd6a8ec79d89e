import * as Effect from "effect/Effect"
import * as Augment from "../../../dsl/Augment.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import type * as Batches from "../../../runtime/data/Batches.ts"
import * as Locations from "../../../runtime/data/Locations.ts"
import * as Source from "../../../runtime/data/Source.ts"

/** Opens generated images, which lie nowhere. */
export const openShapes = Effect.fn(function*(train: number, val: number, seed: number) {
  const locations = yield* Locations.read("/nowhere", [])
  return yield* Source.open(Dataset.shapes({ train, val, seed }), { locations, cache: "/nowhere" })
})

/** Makes small batches of a source, with some of it replaced. */
export const makingOf = (source: Source.Source, options: Partial<Batches.Making> = {}): Batches.Making => ({
  source,
  batch: 4,
  input: 32,
  augment: Augment.standard(),
  seed: 0,
  maxBoxes: source.facts.maxBoxes,
  ...options
})
