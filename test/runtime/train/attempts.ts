/**
 * Whole attempts in this process, and what they leave on the disk.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import type { EngineFault } from "../../../dsl/Fault.ts"
import type { Injection } from "../../../dsl/Injection.ts"
import type * as Recipe from "../../../dsl/Recipe.ts"
import * as Source from "../../../runtime/data/Source.ts"
import type { Engine } from "../../../runtime/engine/Engine.ts"
import * as Attempt from "../../../runtime/train/Attempt.ts"
import type { Event } from "../../../runtime/train/Event.ts"

/** How an attempt is made; by default the first one, of a whole training, into `attempt` in the folder. */
export interface Options {
  readonly steps?: number
  /** Asks it to stop after so many steps. */
  readonly stopAfter?: number
  /** Where the data lies. */
  readonly place?: string
  readonly open?: () => void
  readonly number?: number
  readonly from?: string
  readonly injection?: Injection
  readonly token?: string
  /** Hears every event, too. */
  readonly hear?: (event: Event) => void
}

/** Makes an attempt at a recipe and tells all that it said. */
export const attemptAt = Effect.fnUntraced(function*(
  folder: string,
  recipe: Recipe.Recipe,
  engine: Layer.Layer<Engine, EngineFault>,
  options: Options = {}
) {
  const locations = { of: () => options.place ?? null, known: [] }
  const source = yield* Source.open(recipe.data, { locations, cache: path.join(folder, "cache") })
  options.open?.()
  const events: Array<Event> = []
  const number = options.number ?? 1
  const directory = path.join(folder, number === 1 ? "attempt" : `attempt-${number}`)
  const outcome = yield* Attempt.run({
    run: "r",
    attempt: number,
    start: null,
    arm: "a",
    seed: 0,
    recipe,
    source,
    steps: options.steps ?? null,
    directory,
    from: options.from ?? null,
    injection: options.injection ?? null,
    token: options.token ?? "t"
  }, {
    emit: (event) => {
      events.push(event)
      options.hear?.(event)
    },
    stopping: () => events.filter(({ kind }) => kind === "step").length >= (options.stopAfter ?? Infinity)
  }).pipe(Effect.provide(engine))
  const kinds = events.flatMap((event) =>
    event.kind === "step" ? [] : [`${event.kind === "status" ? event.status : event.kind}@${event.step}`]
  )
  return { directory, events, kinds, outcome }
})

/** Lists an attempt's checkpoints by the names of their folders. */
export const checkpointsIn = (directory: string): ReadonlyArray<string> =>
  fs.readdirSync(path.join(directory, "checkpoints")).toSorted()
