import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Duration from "../../dsl/Duration.ts"
import * as Issue from "../../dsl/Issue.ts"
import * as Words from "../../dsl/Words.ts"

const issuesOf = (duration: unknown): ReadonlyArray<string> => {
  const decoded = Issue.decode(Duration.Duration, duration)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message }) => message)
}

describe("A duration", () => {
  it("is a number with its unit, of one or of several", () => {
    for (const [text, seconds] of [
      ["1 second", 1],
      ["0.5 seconds", 0.5],
      ["30 minutes", 1800],
      ["1 minute", 60],
      ["12 hours", 43_200],
      ["1 day", 86_400],
      ["24 days", 24 * 86_400]
    ] as const) {
      assert.strictEqual(Duration.seconds(text), seconds)
      assert.deepStrictEqual(issuesOf(text), [])
    }
  })

  it("is refused in words without a unit, in another one, of nothing, beyond what a timer can wait, and around anything else", () => {
    const wrong = [
      "",
      "5",
      "5 secs",
      "5 Seconds",
      "5seconds",
      "5  seconds",
      " 5 seconds",
      "5 seconds\n",
      "-1 second",
      "+1 second",
      "1e3 seconds",
      ".5 seconds",
      "0 seconds",
      "0.0 days",
      "24.1 days",
      "577 hours",
      `${"9".repeat(400)} seconds`,
      "٥ seconds",
      "1 hour 5 minutes",
      "constructor",
      5,
      null,
      ["1 second"]
    ]
    for (const duration of wrong) {
      assert.deepStrictEqual(issuesOf(duration), [
        `expected a time with its unit, such as "30 minutes", of at most 24 days, got ${Words.show(duration)}`
      ])
    }
    assert.isNaN(Duration.seconds("5 secs"))
  })

  it("is refused or some seconds, whatever the text", () => {
    const texts = fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[0-9.]{1,6} (second|minute|hour|day)s?$/))
    fc.assert(fc.property(texts, (text) => {
      if (issuesOf(text).length === 0) assert.isTrue(Duration.seconds(text) > 0 && Duration.seconds(text) <= 24 * 86_400)
    }))
  })
})
