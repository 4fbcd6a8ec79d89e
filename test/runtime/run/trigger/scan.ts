/**
 * Cron times found minute by minute, with nothing but what `Intl` says that clocks show.
 */
import * as fc from "fast-check"

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric"
  })
  formats.set(timeZone, made)
  return made
}

/** Reads what a clock shows, written as if it were in UTC. */
export const shown = (timeZone: string, at: number): number => {
  const parts = new Map(formatOf(timeZone).formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? NaN
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"))
}

/** Lists the values that a field takes; null for all of them. */
const values = (field: string, least: number): ReadonlySet<number> | null => {
  const [range = "", step = "1"] = field.split("/")
  if (field === "*") return null
  return new Set(range.split(",").flatMap((part) => {
    const [from = "", to = from] = part === "*" ? [String(least), "59"] : part.split("-")
    const length = Math.floor((Number(to) - Number(from)) / Number(step)) + 1
    return Array.from({ length }, (_, place) => Number(from) + place * Number(step))
  }))
}

/** Tells whether an expression has a time that a clock shows. Where both days and weekdays are named, either is enough. */
export const matches = (cron: string): (time: number) => boolean => {
  const [minutes, hours, days, months, weekdays] = cron.split(" ").map((field, place) =>
    values(field, place === 2 || place === 3 ? 1 : 0)
  )
  const within = (set: ReadonlySet<number> | null | undefined, value: number): boolean => set?.has(value) ?? true
  return (time) => {
    const date = new Date(time)
    const inDays = within(days, date.getUTCDate())
    const inWeekdays = within(weekdays, date.getUTCDay())
    const either = days !== null && weekdays !== null ? inDays || inWeekdays : inDays && inWeekdays
    return either && within(minutes, date.getUTCMinutes()) && within(hours, date.getUTCHours())
      && within(months, date.getUTCMonth() + 1)
  }
}

interface Shown {
  readonly at: number
  readonly time: number
  /** The clock showed the time before. */
  readonly again: boolean
}

/** Lists what clocks show from `from` to `to`; times that they pass over follow on where they go on. */
export const scan = (timeZone: string, from: number, to: number): ReadonlyArray<Shown> => {
  const found: Array<Shown> = []
  let newest = shown(timeZone, from) - minute
  for (let at = from; at < to; at += minute) {
    const time = shown(timeZone, at)
    for (let passed = newest + minute, place = 0; passed < time; passed += minute, place++) {
      found.push({ at: at + place * minute, time: passed, again: false })
    }
    found.push({ at, time, again: time <= newest })
    newest = Math.max(newest, time)
  }
  return found
}

/** Lists the moments at which an expression fires, each once. */
export const times = (cron: string, scanned: ReadonlyArray<Shown>): ReadonlyArray<number> => {
  const fires = matches(cron)
  const everyHour = cron.split(" ")[1] === "*"
  const found = scanned.filter(({ again, time }) => fires(time) && (everyHour || !again)).map(({ at }) => at)
  return [...new Set(found)].toSorted((left, right) => left - right)
}

/** Moments at which clocks are put forward or back. */
export const changes: ReadonlyArray<readonly [timeZone: string, at: string]> = [
  ["Europe/Berlin", "2025-03-30T01:00Z"],
  ["Europe/Berlin", "2025-10-26T01:00Z"],
  ["America/New_York", "2025-03-09T07:00Z"],
  ["America/New_York", "2025-11-02T06:00Z"],
  // Midnight does not come there.
  ["America/Santiago", "2025-09-07T04:00Z"],
  ["America/Santiago", "2025-04-06T03:00Z"],
  // Half an hour.
  ["Australia/Lord_Howe", "2025-10-04T15:30Z"],
  ["Australia/Lord_Howe", "2025-04-05T15:00Z"],
  // A whole day is passed over.
  ["Pacific/Apia", "2011-12-30T10:00Z"]
]

const some = (from: number, to: number) =>
  fc.uniqueArray(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 3 }).map((values) => values.join())

const minutes = fc.oneof(fc.constantFrom("0", "30", "*/15", "5-20/5"), some(0, 59))

/** Expressions that fire on most days, often in the hours in which clocks change. */
export const daily = fc.tuple(
  minutes,
  fc.oneof(fc.constantFrom("*", "*/2", "1-3", "2", "0"), some(0, 4)),
  fc.constantFrom("*", "*", "*", "*/2", "29,30,31,1"),
  fc.constant("*"),
  fc.constantFrom("*", "*", "*", "0", "5-6")
).filter(([, , days, , weekdays]) => days === "*" || !days.startsWith("*") || weekdays === "*")
  .map((fields) => fields.join(" "))

/** Expressions of days that are further apart. */
export const rare = fc.tuple(
  minutes,
  some(0, 23),
  fc.oneof(fc.constant("*"), some(1, 28), fc.constantFrom("29", "30", "31", "30,31")),
  fc.oneof(fc.constant("*"), fc.constantFrom("1", "3,10", "12", "4-9")),
  fc.oneof(fc.constant("*"), some(0, 6))
).map((fields) => fields.join(" "))
