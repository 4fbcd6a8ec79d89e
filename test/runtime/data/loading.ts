/**
 * Loads batches of generated images as a program of its own: hashes six of them, then ends without closing its loader.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Loader from "../../../runtime/data/Loader.ts"
import { hashOf } from "./bytes.ts"
import { makingOf, openShapes } from "./making.ts"

const load = Effect.gen(function*() {
  const source = yield* openShapes(12, 4, 1)
  const scope = yield* Scope.make()
  const loader = yield* Effect.provideService(
    Loader.make({
      ...makingOf(source),
      start: 0,
      threads: 2
    }),
    Scope.Scope,
    scope
  )
  for (let step = 0; step < 6; step++) process.stdout.write(`${hashOf(yield* loader.next)}\n`)
})

Effect.runFork(load)
