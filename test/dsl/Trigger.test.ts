import { assert, describe, it } from "@effect/vitest"
import * as Cron from "effect/Cron"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Issue from "../../dsl/Issue.ts"
import * as Trigger from "../../dsl/Trigger.ts"
import * as Words from "../../dsl/Words.ts"

const issuesOf = (trigger: unknown): ReadonlyArray<string> => {
  const decoded = Issue.decode(Trigger.Trigger, trigger)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message, path }) => `${path}: ${message}`)
}

const hostile = ["", " ", "\0", "constructor", "__proto__", "*".repeat(10_000), "\ud800", "../../etc/passwd", "$(reboot)"]

describe("Trigger.cron", () => {
  const standard = { _tag: "AtTimes", cron: "0 3 * * *", timeZone: "UTC", overlap: "skip", catchUp: "latest" }

  it("is in UTC, never overlaps and makes up for one missed time, unless told otherwise", () => {
    assert.deepStrictEqual<unknown>(Trigger.cron("0 3 * * *"), standard)
    const berlin = Trigger.cron("0 3 * * *", { timeZone: "Europe/Berlin", overlap: "cancel", catchUp: "none" })
    assert.deepStrictEqual<unknown>(berlin, {
      ...standard,
      timeZone: "Europe/Berlin",
      overlap: "cancel",
      catchUp: "none"
    })
    const queued = Trigger.cron("0 3 * * *", { overlap: "wait", catchUp: "all" })
    assert.deepStrictEqual<unknown>(queued, { ...standard, overlap: "wait", catchUp: "all" })
    for (const trigger of [Trigger.cron("0 3 * * *"), berlin, queued]) assert.deepStrictEqual(issuesOf(trigger), [])
  })

  it("refuses what is no way to overlap or to catch up", () => {
    assert.deepStrictEqual(issuesOf({ ...standard, overlap: "queue", catchUp: true }), [
      `overlap: expected "skip", "wait" or "cancel", got "queue"`,
      `catchUp: expected "latest", "none" or "all", got true`
    ])
    assert.deepStrictEqual(issuesOf({ ...standard, zone: "UTC" }), [
      `zone: unknown field "zone"; there are cron, timeZone, overlap, catchUp`
    ])
  })

  it("makes up for every missed time only one after the other, which the compiler knows too", () => {
    for (const overlap of ["skip", "cancel"]) {
      assert.deepStrictEqual(issuesOf({ ...standard, overlap, catchUp: "all" }), [
        `overlap: expected "wait" beside catchUp "all", got "${overlap}"`
      ])
    }
    // @ts-expect-error: it takes overlap: "wait"
    Trigger.cron("0 3 * * *", { catchUp: "all" })
    // @ts-expect-error: there are three ways
    Trigger.cron("0 3 * * *", { overlap: "queue" })
  })

  it("takes the expressions that cron takes", () => {
    for (const cron of ["0 3 * * *", "*/15 0-6 1,15 * 1-5", "30 2 29 2 *", "0 0 * * 0", "0 3 * JAN MON"]) {
      assert.deepStrictEqual(issuesOf(Trigger.cron(cron)), [], cron)
    }
  })

  it("refuses what is no expression, whatever it is", () => {
    const fields = ["60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "a b c d e"]
    const others = ["daily", "@daily", "* * * *", "* * * * * *", "0 0 3 * * *"]
    for (const cron of [...fields, ...others, ...hostile]) {
      assert.deepStrictEqual(issuesOf(Trigger.cron(cron)), [
        `cron: expected a cron expression, such as "0 3 * * *", got ${Words.show(cron)}`
      ])
    }
    assert.match(issuesOf(Trigger.cron(5 as unknown as string)).join(), /^cron: expected a cron expression/)
  })

  it("refuses a date that never comes", () => {
    for (const cron of ["0 0 31 2 *", "0 0 30 FEB *", "0 0 31 2,4,6,9,11 *", "0 0 30-31 2 *", "0 0 31 4 */2"]) {
      assert.deepStrictEqual(issuesOf(Trigger.cron(cron)), [
        `cron: expected a cron expression with a day that one of its months has, got "${cron}"`
      ])
    }
    for (const cron of ["0 0 29 2 *", "0 0 31 2,3 *", "0 0 31 * *", "0 0 31 2 MON", "0 0 28-31 2 *", "0 0 */31 2 */7"]) {
      assert.deepStrictEqual(issuesOf(Trigger.cron(cron)), [], cron)
    }
  })

  it("takes just those dates of which one comes within the years in which weekdays recur", () => {
    const some = (from: number, to: number) =>
      fc.array(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 2 }).map((values) => values.join())
    const weekdays = fc.oneof(fc.constantFrom("*", "*/2", "*/7"), some(0, 6))
    const dates = Array.from({ length: 28 * 366 }, (_, day) => new Date(Date.UTC(2001, 0, 1 + day)))
    fc.assert(fc.property(some(28, 31), some(1, 12), weekdays, (day, month, weekday) => {
      const text = `0 0 ${day} ${month} ${weekday}`
      const cron = Cron.parseUnsafe(text, "UTC")
      assert.strictEqual(issuesOf(Trigger.cron(text)).length === 0, dates.some((date) => Cron.match(cron, date)), text)
    }))
  })

  it("refuses a zone that there is not, whatever it is", () => {
    for (const timeZone of ["Mars/Olympus", "Berlin", "UTC+25", "utc ", ...hostile]) {
      assert.deepStrictEqual(issuesOf(Trigger.cron("0 3 * * *", { timeZone })), [
        `timeZone: expected a time zone, such as "UTC" or "Europe/Berlin", got ${Words.show(timeZone)}`
      ])
    }
  })

  it("is accepted or refused in words for any text, and never anything else", () => {
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[0-9*,/ -]{0,20}$/))
    fc.assert(fc.property(texts, texts, (cron, timeZone) => {
      for (const issue of issuesOf(Trigger.cron(cron, { timeZone }))) assert.match(issue, /^(cron|timeZone): expected /)
    }))
  })
})

describe("Trigger", () => {
  it("says nothing more of a pull request", () => {
    assert.deepStrictEqual(Trigger.pullRequest, { _tag: "OnPullRequest" })
    assert.deepStrictEqual(issuesOf({ ...Trigger.pullRequest, branch: "main" }), [`branch: unknown field "branch"`])
    assert.deepStrictEqual(issuesOf({ _tag: "OnPush" }), [": expected AtTimes or OnPullRequest, got OnPush"])
  })
})
