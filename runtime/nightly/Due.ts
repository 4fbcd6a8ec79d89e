/**
 * Which experiments' times have come since they were last run, and when they come next.
 */
import * as Effect from "effect/Effect"
import type * as Trigger from "../../dsl/Trigger.ts"
import { Store } from "../run/Store.ts"
import * as Times from "../run/trigger/Times.ts"

/** Milliseconds since 1970. `due` is null where no time has come, `next` where none is declared. */
export interface Due {
  readonly due: number | null
  readonly next: number | null
}

const isTimed = (trigger: Trigger.Trigger): trigger is Trigger.AtTimes => trigger._tag === "AtTimes"

const latest = (times: ReadonlyArray<number>): number | null => times.length === 0 ? null : Math.max(...times)
const earliest = (times: ReadonlyArray<number>): number | null => times.length === 0 ? null : Math.min(...times)

/**
 * Finds the newest time of an experiment's triggers that has come after `since`, null where it never ran; then its last
 * time is due. What a trigger's `catchUp` does not make up for is not due.
 */
export const of = (triggers: ReadonlyArray<Trigger.Trigger>, since: number | null, now: number): Due => {
  const timed = triggers.filter(isTimed)
  const come = timed.flatMap((trigger) =>
    Times.due(trigger, { since: since ?? Times.last(trigger, now + 1) - 1, now }).fire.slice(-1)
  )
  return { due: latest(come), next: earliest(timed.map((trigger) => Times.next(trigger, now))) }
}

/** So many of an experiment's newest runs are looked at for one that was launched whole. */
const mostRuns = 1000

/** Finds an experiment's last launch at its full length and without an injection; null for none. */
export const lastLaunch = Effect.fn("Due.lastLaunch")(function*(experiment: string) {
  const store = yield* Store
  const runs = yield* store.list({ experiment, limit: mostRuns })
  for (const id of new Set(runs.map(({ launch }) => launch))) {
    const launch = yield* store.launch(id)
    if (launch !== null && launch.request.steps === null && launch.request.injection === null) return launch
  }
  return null
})
