/**
 * The times at which a trigger fires.
 *
 * Effect's `Cron` finds matching times of the calendar and knows what to do where clocks go back. Where they go forward it
 * loses times: `20,35 2 * * *` fires at 03:20 on the day without a 02:20, never at 03:35, and `prev` says otherwise than
 * `next`. So it is asked in UTC only, where no clock ever changes, and this module lays the times over the zone:
 *
 * - a time that a day does not have fires later by as much as the clocks went forward: 02:30 at what is then 03:30, as
 *   iCalendar (RFC 5545) has it. It fires once, also where another time falls on the same moment.
 * - a time that a day has twice fires the first time only. An expression that takes every hour fires both times, so that
 *   `0 * * * *` fires 23 times on the day with 23 hours and 25 times on the one with 25.
 *
 * All moments are in milliseconds since 1970.
 */
import * as Cron from "effect/Cron"
import type { AtTimes } from "../../../dsl/Trigger.ts"
import * as Zone from "./Zone.ts"

/** An expression in times as a clock in the zone shows them, written as if the clock were in UTC. */
interface Rule {
  readonly clock: Cron.Cron
  readonly timeZone: string
  readonly everyHour: boolean
}

const ruleOf = ({ cron, timeZone }: Pick<AtTimes, "cron" | "timeZone">): Rule => {
  const clock = Cron.parseUnsafe(cron, "UTC")
  return { clock, timeZone, everyHour: clock.hours.size % 24 === 0 }
}

const day = 86_400_000

/** Says from which clock time on times count by themselves after a change: not before what they show a second time. */
const resumed = ({ everyHour }: Rule, { after, at, before }: Zone.Change): number =>
  at + (everyHour ? after : Math.max(before, after))

/**
 * Finds the first time after `seen` where clocks go on at `offset` for ever. `entered` is the change since which they do,
 * null where it is too long ago to matter: no clock was ever moved by more than a day.
 */
const firstIn = (rule: Rule, offset: number, entered: Zone.Change | null, seen: number): number => {
  const after = (time: number): number => Cron.next(rule.clock, time).getTime()
  if (entered === null) return after(seen + offset) - offset
  const own = after(Math.max(seen + offset, resumed(rule, entered) - 1)) - offset
  const skipped = after(seen + entered.before)
  return skipped < entered.at + entered.after ? Math.min(own, skipped - entered.before) : own
}

const nextOf = (rule: Rule, after: number): number => {
  const { timeZone } = rule
  let found = firstIn(rule, Zone.offset(timeZone, after), Zone.last(timeZone, after - day, after), after)
  let change = Zone.first(timeZone, after, found)
  while (change !== null) {
    found = firstIn(rule, change.after, change, change.at - 1)
    change = Zone.first(timeZone, change.at, found)
  }
  return found
}

const lastOf = (rule: Rule, before: number): number => {
  const { clock, timeZone } = rule
  const earlier = (time: number): number => Cron.prev(clock, time).getTime()
  let until = before
  for (;;) {
    const offset = Zone.offset(timeZone, until - 1)
    const own = earlier(until + offset)
    const entered = Zone.last(timeZone, own - offset - day, until - 1)
    if (entered === null) return own - offset
    const skipped = earlier(Math.min(until + entered.before, entered.at + entered.after))
    const found = Math.max(
      own >= resumed(rule, entered) ? own - offset : -Infinity,
      skipped >= entered.at + entered.before ? skipped - entered.before : -Infinity
    )
    if (found !== -Infinity) return found
    until = entered.at
  }
}

/** What says when a trigger fires. */
type When = Pick<AtTimes, "cron" | "timeZone">

/** Finds the first time after a moment. */
export const next = (trigger: When, after: number): number => nextOf(ruleOf(trigger), after)

/** Finds the last time before a moment. */
export const last = (trigger: When, before: number): number => lastOf(ruleOf(trigger), before)

/** A moment for programs and for people, both as ISO 8601: in UTC, and as clocks in the trigger's zone show it. */
export interface Moment {
  readonly utc: string
  readonly local: string
}

/** Tells of the last time up to now and of the next. */
export const describe = (trigger: When, now: number): { readonly last: Moment; readonly next: Moment } => {
  const moment = (at: number): Moment => ({ utc: new Date(at).toISOString(), local: Zone.format(trigger.timeZone, at) })
  return { last: moment(last(trigger, now + 1)), next: moment(next(trigger, now)) }
}

/** Times that came and are not made up for. */
export interface LeftOut {
  readonly count: number
  /** There are more than were counted. */
  readonly more: boolean
  readonly first: number
  readonly last: number
  /** Why, for people. */
  readonly reason: string
}

export interface Due {
  /** The times to launch for, in their order. */
  readonly fire: ReadonlyArray<number>
  readonly leftOut: LeftOut | null
  /** What is `since` the next time that somebody looks. */
  readonly until: number
}

/** So many missed times are made up for at most. */
const mostMadeUpFor = 100
/** A time that is longer past was missed: whatever looks at triggers looks more often. */
const onTime = 5 * 60_000
/** So many times that are left out are counted at most, because each takes a while to find. */
const mostCounted = 1000

const policies: Readonly<Record<AtTimes["catchUp"], { readonly most: number; readonly reason: string }>> = {
  latest: { most: 1, reason: `catchUp "latest" makes up for the newest of the missed times alone` },
  none: { most: 1, reason: `catchUp "none" makes up for no missed time` },
  all: { most: mostMadeUpFor, reason: `catchUp "all" makes up for the newest ${mostMadeUpFor} of the missed times` }
}

/**
 * Finds the times after `since` and up to `now` that are to be launched for. Where the clock was set back, so that `now` is
 * before `since`, there are none until it is past `since` again: no time fires twice.
 */
export const due = (
  trigger: Pick<AtTimes, "catchUp" | "cron" | "timeZone">,
  { now, since }: { readonly since: number; readonly now: number }
): Due => {
  const rule = ruleOf(trigger)
  const until = Math.max(since, now)
  const first = nextOf(rule, since)
  if (first > now) return { fire: [], leftOut: null, until }
  const { most, reason } = policies[trigger.catchUp]
  const newestFirst: Array<number> = []
  let at = lastOf(rule, now + 1)
  const allowed = trigger.catchUp === "none" && now - at > onTime ? 0 : most
  while (at >= first && newestFirst.length < allowed + mostCounted) {
    newestFirst.push(at)
    at = lastOf(rule, at)
  }
  const [newest, ...others] = newestFirst.slice(allowed)
  return {
    fire: newestFirst.slice(0, allowed).toReversed(),
    leftOut: newest === undefined ? null : { count: others.length + 1, more: at >= first, first, last: newest, reason },
    until
  }
}
