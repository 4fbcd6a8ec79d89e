import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Issue from "../../dsl/Issue.ts"
import * as Trigger from "../../dsl/Trigger.ts"

const issuesOf = (trigger: unknown): ReadonlyArray<string> => {
  const decoded = Issue.decode(Trigger.Trigger, trigger)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message, path }) => `${path}: ${message}`)
}

const hostile = ["", " ", "\0", "constructor", "__proto__", "*".repeat(10_000), "\ud800", "../../etc/passwd", "$(reboot)"]

describe("Trigger.cron", () => {
  it("is in UTC unless a zone is named", () => {
    assert.deepStrictEqual(Trigger.cron("0 3 * * *"), { _tag: "AtTimes", cron: "0 3 * * *", zone: "UTC" })
    assert.deepStrictEqual(Trigger.cron("0 3 * * *", { zone: "Europe/Berlin" }), {
      _tag: "AtTimes",
      cron: "0 3 * * *",
      zone: "Europe/Berlin"
    })
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
        `cron: expected a cron expression, such as "0 3 * * *", got ${Issue.show(cron)}`
      ])
    }
    assert.match(issuesOf(Trigger.cron(5 as unknown as string)).join(), /^cron: expected a cron expression/)
  })

  it("refuses a zone that there is not, whatever it is", () => {
    for (const zone of ["Mars/Olympus", "Berlin", "UTC+25", "utc ", ...hostile]) {
      assert.deepStrictEqual(issuesOf(Trigger.cron("0 3 * * *", { zone })), [
        `zone: expected a time zone, such as "UTC" or "Europe/Berlin", got ${Issue.show(zone)}`
      ])
    }
  })

  it("is accepted or refused in words for any text, and never anything else", () => {
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[0-9*,/ -]{0,20}$/))
    fc.assert(fc.property(texts, texts, (cron, zone) => {
      for (const issue of issuesOf(Trigger.cron(cron, { zone }))) assert.match(issue, /^(cron|zone): expected /)
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
