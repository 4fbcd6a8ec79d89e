/**
 * The space that is left for runs, looked at now and then.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import { Instruments } from "./Instruments.ts"

const period = "15 seconds"

/** A disk of another machine may take its time: nobody waits for it. */
const free = (folder: string): Effect.Effect<number> =>
  Effect.tryPromise(() => fs.promises.statfs(folder)).pipe(
    Effect.map(({ bavail, bsize }) => bavail * bsize),
    Effect.catch(() => Effect.succeed(NaN))
  )

/** Tells how much space a folder's disk has, until the scope ends. */
export const watch = (folder: string): Effect.Effect<void, never, Instruments | Scope.Scope> =>
  Effect.gen(function*() {
    const { diskFree } = yield* Instruments
    yield* free(folder).pipe(
      Effect.map(diskFree),
      Effect.repeat(Schedule.spaced(period)),
      Effect.forkScoped
    )
  })
