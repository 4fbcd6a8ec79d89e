/**
 * Reading what a run tells, while it is being told.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type { Event } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import * as RunFolder from "./RunFolder.ts"
import { Store } from "./Store.ts"
import type { RunRecord } from "./store/Listing.ts"

/** How often the files are looked at, in milliseconds. */
const lookEvery = 500

const goesOn = ({ status }: RunRecord): boolean => status === "waiting" || status === "running"

export interface Options {
  /** Goes on until the run has ended, or its process is gone. */
  readonly follow: boolean
  readonly begins: (attempt: number) => void
  readonly event: (event: Event) => void
}

/** Passes on what the attempts of a run have told, in their order; with `follow` also what they are yet to tell. */
export const follow = Effect.fn("Following.follow")(function*(run: RunRecord, { begins, event, follow }: Options) {
  const store = yield* Store
  const passed = new Map<string, number>()
  while (true) {
    const [now] = yield* store.list({ prefix: run.id, limit: 1 })
    for (const attempt of RunFolder.attempts(run.directory).toReversed()) {
      if (!passed.has(attempt)) begins(Number(path.basename(attempt)))
      const { events, next } = EventLog.readFrom(RunFolder.events(attempt), passed.get(attempt) ?? 0)
      for (const one of events) event(one)
      passed.set(attempt, next)
    }
    if (!follow || now === undefined || !goesOn(now)) return
    yield* Effect.sleep(lookEvery)
  }
})
