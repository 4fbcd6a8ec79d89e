import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Feed from "../../dsl/Feed.ts"
import * as Issue from "../../dsl/Issue.ts"
import { feeds } from "./recipes.ts"

const issuesOf = (feed: unknown): ReadonlyArray<string> => {
  const decoded = Issue.decode(Feed.Feed, feed)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message, path }) => `${path}: ${message}`)
}

describe("Feed", () => {
  it("shows everything where nothing is said", () => {
    assert.deepStrictEqual(Feed.whole, { quarantine: [], skip: [], order: 0 })
    assert.deepStrictEqual(Feed.make({}), Feed.whole)
    assert.deepStrictEqual(Feed.make({ order: 2 }), { ...Feed.whole, order: 2 })
    assert.deepStrictEqual(Feed.make({ quarantine: ["#7"], skip: [{ from: 100, steps: 20 }] }), {
      quarantine: ["#7"],
      skip: [{ from: 100, steps: 20 }],
      order: 0
    })
  })

  it("survives being written as JSON and read again, whatever it is", () => {
    fc.assert(fc.property(feeds, (feed) => {
      assert.deepStrictEqual(Result.getOrThrow(Issue.decode(Feed.Feed, JSON.parse(JSON.stringify(feed)))), feed)
    }))
  })

  it("is refused with everything that is wrong with it, each with its path", () => {
    assert.deepStrictEqual(issuesOf(Feed.make({
      quarantine: ["a.jpg", " ", 7 as unknown as string],
      skip: [{ from: -1, steps: 0 }, { from: 1.5 } as never, { from: 0, steps: 1, to: 2 } as never],
      order: -1
    })), [
      `quarantine.1: expected text that is not empty, got " "`,
      "quarantine.2: expected text that is not empty, got 7",
      "skip.0.from: expected a whole number of at least 0, got -1",
      "skip.0.steps: expected a whole number above 0, got 0",
      "skip.1.from: expected a whole number of at least 0, got 1.5",
      "skip.1.steps: is missing, expected a whole number above 0",
      `skip.2.to: unknown field "to"; there are from, steps`,
      "order: expected a whole number of at least 0, got -1"
    ])
    assert.deepStrictEqual(issuesOf({ quarantine: "a.jpg", skip: { from: 0, steps: 1 }, quarantined: [] }), [
      `quarantined: unknown field "quarantined"; did you mean "quarantine"?`,
      `quarantine: expected a list, got "a.jpg"`,
      "skip: expected a list, got { from, steps }",
      "order: is missing, expected a whole number of at least 0"
    ])
  })
})
