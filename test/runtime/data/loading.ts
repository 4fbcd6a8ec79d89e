/**
 * Loads batches of generated images as a program of its own: hashes six of them, then ends without closing its loader.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Augment from "../../../dsl/Augment.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Loader from "../../../runtime/data/Loader.ts"
import * as Locations from "../../../runtime/data/Locations.ts"
import * as Source from "../../../runtime/data/Source.ts"
import { hashOf } from "./bytes.ts"

const load = Effect.gen(function*() {
  const locations = yield* Locations.read("/nowhere", [])
  const source = yield* Source.open(Dataset.shapes({ train: 12, val: 4, seed: 1 }), { locations, cache: "/nowhere" })
  const scope = yield* Scope.make()
  const loader = yield* Effect.provideService(
    Loader.make({
      source,
      batch: 4,
      input: 32,
      augment: Augment.standard(),
      seed: 0,
      maxBoxes: source.facts.maxBoxes,
      stepsPerEpoch: 3,
      start: { epoch: 0, batch: 0 },
      threads: 2
    }),
    Scope.Scope,
    scope
  )
  for (let step = 0; step < 6; step++) process.stdout.write(`${hashOf(yield* loader.next)}\n`)
})

Effect.runFork(load)
