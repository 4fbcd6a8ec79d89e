import * as Schema from "effect/Schema"

const units = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const
const pattern = /^(\d+(?:\.\d+)?) (second|minute|hour|day)s?$/
/** The longest duration, in seconds: timers of the platform count milliseconds in 31 bits. */
export const most = 24 * units.day

/** Counts the seconds of a duration such as `"30 minutes"`; NaN where it is none. */
export const seconds = (duration: string): number => {
  const [, count = "NaN", unit = "second"] = pattern.exec(duration) ?? []
  return Number(count) * units[unit as keyof typeof units]
}

/** A time with its unit: `"30 seconds"`, `"1 minute"`, `"12 hours"`. At most 24 days. */
export const Duration = Schema.String.pipe(Schema.check(Schema.makeFilter(
  (text: string) => seconds(text) > 0 && seconds(text) <= most,
  { expected: `a time with its unit, such as "30 minutes", of at most 24 days` }
)))
export type Duration = typeof Duration.Type
