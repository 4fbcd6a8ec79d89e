/**
 * Reporters around one that notes what it hears.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import { Reporter, type RunReference } from "../../../runtime/run/Reporter.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"

/** Notes the names of what it hears. */
export const noting = (heard: Array<string>): Layer.Layer<Reporter> =>
  Layer.succeed(Reporter, {
    launched: () => void heard.push("launched"),
    begins: () => void heard.push("begins"),
    event: ({ kind }) => void heard.push(kind),
    decided: () => void heard.push("decided"),
    ended: () => void heard.push("ended")
  })

/** Tells a reporter of things, and lets go of it. */
export const telling = (layer: Layer.Layer<Reporter>, tell: (reporter: Reporter["Service"]) => void): Effect.Effect<void> =>
  Effect.map(Reporter, tell).pipe(Effect.provide(layer))

/** Names a run whose folder this is. */
export const runIn = (directory: string): RunReference => ({ id: "r1", arm: "clip", seed: 0, directory })

/** Appends events to an attempt's log. */
export const log = (directory: string, events: ReadonlyArray<Event>, attempt = 1): void => {
  const folder = RunFolder.attemptOf(directory, attempt)
  fs.mkdirSync(folder, { recursive: true })
  const file = EventLog.open(RunFolder.events(folder))
  for (const event of events) file.append(event)
  file.close()
}
