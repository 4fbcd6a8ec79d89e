import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Issue from "../../dsl/Issue.ts"
import * as Length from "../../dsl/Length.ts"

const issuesOf = (value: unknown): ReadonlyArray<string> => {
  const decoded = Issue.decode(Length.Length, value)
  return Result.isFailure(decoded) ? decoded.failure.map(({ message, path }) => `${path}: ${message}`) : []
}

describe("Length", () => {
  it("is so many steps, or so many epochs and parts of one", () => {
    for (const length of [{ steps: 1 }, { steps: 1e9 }, { epochs: 0.5 }, { epochs: 1e6 }]) {
      assert.deepStrictEqual(issuesOf(length), [])
    }
  })

  it("is nothing else", () => {
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      [100, ": expected { steps } or { epochs }, got 100"],
      ["100", `: expected { steps } or { epochs }, got "100"`],
      [null, ": expected { steps } or { epochs }, got null"],
      [{}, ": expected { steps } or { epochs }, got {}"],
      [{ steps: 1, epochs: 1 }, ": expected { steps } or { epochs }, got { steps, epochs }"],
      [{ step: 1 }, `step: unknown field "step"; did you mean "steps"?`],
      [{ minutes: 1 }, `minutes: unknown field "minutes"; there are steps, epochs`],
      [{ steps: 1.5 }, "steps: expected a whole number from 1 to 1000000000, got 1.5"],
      [{ steps: 1e10 }, "steps: expected a whole number from 1 to 1000000000, got 10000000000"],
      [{ steps: undefined }, "steps: expected a whole number from 1 to 1000000000, got undefined"],
      [{ epochs: 0 }, "epochs: expected a number above 0 and at most 1000000, got 0"],
      [{ epochs: Infinity }, "epochs: expected a number above 0 and at most 1000000, got Infinity"]
    ]
    for (const [value, expected] of cases) assert.deepStrictEqual(issuesOf(value), [expected])
  })
})
