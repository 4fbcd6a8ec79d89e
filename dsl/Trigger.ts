import * as Cron from "effect/Cron"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

const timeZone = Schema.String.pipe(Schema.check(Schema.makeFilter(
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

/** What becomes of a launch whose time has come while the one before, of the same trigger, has not ended. */
const Overlap = Schema.Literals(["skip", "wait", "cancel"])

/** What becomes of the times that were missed while nothing looked. */
const CatchUp = Schema.Literals(["latest", "none", "all"])

/**
 * `timeZone` is a name of the IANA time zone database. `overlap` says what happens where the trigger's launch before has
 * not ended: the new one is left out ("skip") or queued behind it ("wait"), or the earlier one's runs are cancelled
 * ("cancel"). `catchUp` says what happens to times that were missed, because no worker ran: one launch for the newest
 * ("latest"), none ("none"), or one for each of the newest 100, one after the other ("all", which takes `overlap: "wait"`).
 */
export const AtTimes = Schema.TaggedStruct("AtTimes", {
  cron: expression,
  timeZone,
  overlap: Overlap,
  catchUp: CatchUp
}).pipe(Schema.check(Schema.makeFilter(
  ({ catchUp, overlap }: { readonly catchUp: string; readonly overlap: string }) =>
    catchUp !== "all" || overlap === "wait" || {
      path: ["overlap"],
      issue: new SchemaIssue.InvalidValue({ expected: `"wait" beside catchUp "all"` })
    }
)))
export type AtTimes = typeof AtTimes.Type

export const OnPullRequest = Schema.TaggedStruct("OnPullRequest", {})

/** What starts an experiment without a person. */
export const Trigger = Schema.Union([AtTimes, OnPullRequest])
export type Trigger = typeof Trigger.Type

/**
 * Runs at the times of a cron expression (minute, hour, day, month, weekday), in UTC unless another zone is named. Where
 * clocks go forward, a time that the day does not have comes later by as much; where they go back, a time that comes
 * twice counts once, but for expressions that take every hour, which go on hour by hour.
 */
export const cron = (
  cron: string,
  options:
    | { readonly timeZone?: string; readonly overlap?: AtTimes["overlap"]; readonly catchUp?: "latest" | "none" }
    | { readonly timeZone?: string; readonly overlap: "wait"; readonly catchUp: "all" } = {}
): Trigger => ({
  _tag: "AtTimes",
  cron,
  timeZone: "UTC",
  overlap: "skip",
  catchUp: "latest",
  ...options
})

/** Runs for every pull request that changes what the experiment trains. */
export const pullRequest: Trigger = { _tag: "OnPullRequest" }
