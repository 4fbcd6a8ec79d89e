/**
 * What becomes of a trigger's times while launches of it go on.
 */
import type { AtTimes } from "../../../dsl/Trigger.ts"
import * as Zone from "./Zone.ts"

/** A launch of the trigger that has not ended: it waits or runs. */
export interface Unended {
  readonly launch: string
  /** The trigger's time that it was made for, in milliseconds since 1970. */
  readonly at: number
}

export interface Submission {
  readonly at: number
  /** The launches that have to end before. */
  readonly after: ReadonlyArray<string>
  /** The submission of the same decision that has to end before; null for none. */
  readonly behind: number | null
}

export interface Skipped {
  readonly at: number
  /** Why, for people. */
  readonly reason: string
}

export interface Decision {
  /** In the order of their times. */
  readonly submit: ReadonlyArray<Submission>
  readonly skip: ReadonlyArray<Skipped>
  /** The launches whose runs are to be cancelled, whether they wait or run. */
  readonly cancel: ReadonlyArray<string>
}

/** So many launches of one trigger may be there at once: trainings that take longer than the period pile up. */
const mostUnended = 100

/** Queues each time behind the launches before. */
const wait = (times: ReadonlyArray<number>, after: ReadonlyArray<string>): Decision => {
  const room = Math.max(0, mostUnended - after.length)
  return {
    submit: times.slice(0, room).map((at, place) => ({ at, after, behind: times[place - 1] ?? null })),
    skip: times.slice(room).map((at) => ({ at, reason: `${mostUnended} launches of the trigger have not ended` })),
    cancel: []
  }
}

/**
 * Decides what becomes of the times that are due, given the trigger's launches that have not ended. A time that is not
 * after theirs is done with, so that whoever decides again after a crash launches nothing twice.
 */
export const decide = (
  trigger: Pick<AtTimes, "overlap" | "timeZone">,
  unended: ReadonlyArray<Unended>,
  due: ReadonlyArray<number>
): Decision => {
  const { overlap, timeZone } = trigger
  const shown = (at: number): string => Zone.format(timeZone, at)
  const before = unended.toSorted((left, right) => left.at - right.at).at(-1)
  const times = due.filter((at) => before === undefined || at > before.at).toSorted((left, right) => left - right)
  const newest = times.at(-1)
  if (newest === undefined) return { submit: [], skip: [], cancel: [] }
  const after = unended.map(({ launch }) => launch)
  if (overlap === "wait") return wait(times, after)
  if (overlap === "skip" && before !== undefined) {
    const reason = `launch ${before.launch}, of ${shown(before.at)}, has not ended (overlap "skip")`
    return { submit: [], skip: times.map((at) => ({ at, reason })), cancel: [] }
  }
  return {
    submit: [{ at: newest, after, behind: null }],
    skip: times.slice(0, -1).map((at) => ({ at, reason: `${shown(newest)} is due as well (overlap "${overlap}")` })),
    cancel: after
  }
}
