import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Expect from "../../dsl/Expect.ts"
import * as Issue from "../../dsl/Issue.ts"

const cases: ReadonlyArray<readonly [Expect.Expect, string, ReadonlyArray<string>]> = [
  [Expect.diverges("bare"), `"bare" diverges`, ["bare"]],
  [Expect.finite("clip + warmup"), `"clip + warmup" stays finite`, ["clip + warmup"]],
  [Expect.loss("a").below("b"), `loss of "a" below "b"`, ["a", "b"]],
  [Expect.loss("a").above(0), `loss of "a" above 0`, ["a"]],
  [Expect.map50("a").above(0.25), `map50 of "a" above 0.25`, ["a"]],
  [Expect.accuracy("a").above(0.9), `accuracy of "a" above 0.9`, ["a"]],
  [Expect.accuracy("a").below("b"), `accuracy of "a" below "b"`, ["a", "b"]],
  [Expect.map("a").below("0.25"), `map of "a" below "0.25"`, ["a", "0.25"]]
]

describe("Expect", () => {
  it("says every expectation in words, and which arms it speaks of", () => {
    for (const [expectation, text, arms] of cases) {
      assert.strictEqual(Expect.text(expectation), text)
      assert.deepStrictEqual(Expect.arms(expectation), arms)
    }
  })

  it("survives being written as JSON and read again", () => {
    for (const [expectation] of cases) {
      const decoded = Issue.decode(Expect.Expect, JSON.parse(JSON.stringify(expectation)))
      assert.deepStrictEqual(Result.getOrThrow(decoded), expectation)
    }
  })
})
