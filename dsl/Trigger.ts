import * as Cron from "effect/Cron"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const zone = Schema.String.pipe(Schema.check(Schema.makeFilter(
  (name: string) => {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
    } catch {
      return false
    }
  },
  { expected: `a time zone, such as "UTC" or "Europe/Berlin"` }
)))

const fieldsOf = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

/** How many days each month has at most. */
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Tells whether the days of the months ever come. Beside them the weekdays are another choice, so that one of the two is
 * enough, unless theirs begins with a star: then a date has to be both.
 */
const comes = ({ days, months, weekdays }: Cron.Cron, text: string): boolean =>
  days.size === 0
  || weekdays.size > 0 && !fieldsOf(text).at(-1)?.startsWith("*")
  || longest.some((length, month) => (months.size === 0 || months.has(month + 1)) && [...days].some((day) => day <= length))

const expression = Schema.String.pipe(Schema.check(
  Schema.makeFilter(
    // Effect's also takes a sixth field before the others, for seconds.
    (text: string) => fieldsOf(text).length === 5 && Result.isSuccess(Cron.parse(text)),
    { expected: `a cron expression, such as "0 3 * * *"` },
    true
  ),
  Schema.makeFilter(
    (text: string) => {
      const parsed = Cron.parse(text)
      return Result.isSuccess(parsed) && comes(parsed.success, text)
    },
    { expected: "a cron expression with a day that one of its months has" }
  )
))

/** `zone` is a name of the IANA time zone database. */
export const AtTimes = Schema.TaggedStruct("AtTimes", { cron: expression, zone })

export const OnPullRequest = Schema.TaggedStruct("OnPullRequest", {})

/**
 * What starts an experiment without a person. The plan tells of it to whoever schedules; nothing in this version starts
 * an experiment by itself.
 */
export const Trigger = Schema.Union([AtTimes, OnPullRequest])
export type Trigger = typeof Trigger.Type

/** Runs at the times of a cron expression (minute, hour, day, month, weekday), in UTC unless another zone is named. */
export const cron = (cron: string, options: { readonly zone?: string } = {}): Trigger => ({
  _tag: "AtTimes",
  cron,
  zone: "UTC",
  ...options
})

/** Runs for every pull request that changes what the experiment trains. */
export const pullRequest: Trigger = { _tag: "OnPullRequest" }
