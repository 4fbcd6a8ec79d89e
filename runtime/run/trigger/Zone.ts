/**
 * A time zone's distance from UTC, and the moments at which it changes.
 */
import * as DateTime from "effect/DateTime"

/** A moment at which clocks are put forward or back. Distances from UTC are in milliseconds, positive east of it. */
export interface Change {
  readonly at: number
  readonly before: number
  readonly after: number
}

const day = 86_400_000
/** Short enough to see both of two changes that undo each other: no zone has had such within one week. */
const stride = 5 * day

const zoned = (timeZone: string, at: number): DateTime.Zoned =>
  DateTime.makeZonedUnsafe(at, { timeZone: DateTime.zoneMakeNamedUnsafe(timeZone) })

/** Computes how far a zone's clocks are from UTC at a moment. */
export const offset = (timeZone: string, at: number): number => DateTime.zonedOffset(zoned(timeZone, at))

/** Writes a moment as ISO 8601 with the zone's own time: `2026-03-29T03:30:00.000+02:00`. */
export const format = (timeZone: string, at: number): string => DateTime.formatIsoOffset(zoned(timeZone, at))

/** Finds the one change after `from` up to `until`, whose offsets are different. */
const between = (timeZone: string, from: number, until: number, before: number, after: number): Change => {
  let [low, high] = [from, until]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offset(timeZone, middle) === before) low = middle
    else high = middle
  }
  return { at: high, before, after }
}

/** Finds the first change after `from`, up to `until`; null where there is none. */
export const first = (timeZone: string, from: number, until: number): Change | null => {
  const before = offset(timeZone, from)
  let low = from
  while (low < until) {
    const high = Math.min(low + stride, until)
    const after = offset(timeZone, high)
    if (after !== before) return between(timeZone, low, high, before, after)
    low = high
  }
  return null
}

/** Finds the last change after `from`, up to `until`; null where there is none. */
export const last = (timeZone: string, from: number, until: number): Change | null => {
  const after = offset(timeZone, until)
  let high = until
  while (high > from) {
    const low = Math.max(high - stride, from)
    const before = offset(timeZone, low)
    if (before !== after) return between(timeZone, low, high, before, after)
    high = low
  }
  return null
}
