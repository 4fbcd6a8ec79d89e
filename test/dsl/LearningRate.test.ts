import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Issue from "../../dsl/Issue.ts"
import * as LearningRate from "../../dsl/LearningRate.ts"
import { schedules } from "./schedules.ts"

const said = (schedule: unknown): ReadonlyArray<string> => {
  const decoded = Issue.decode(LearningRate.LearningRate, schedule)
  return Result.isFailure(decoded) ? decoded.failure.map(({ message, path }) => `${path}: ${message}`) : []
}

const fall = LearningRate.linear({ peak: 0.1, final: 0 })
const changes = "one or more changes, each at a later position, all in steps or all in epochs"

describe("LearningRate", () => {
  it("takes PyTorch's defaults for what is left out of one cycle", () => {
    assert.deepStrictEqual(LearningRate.oneCycle({ peak: 0.1 }), {
      _tag: "OneCycle",
      peak: 0.1,
      divide: 25,
      finalDivide: 10_000,
      rise: 0.3,
      anneal: "cosine"
    })
  })

  it("stays the same through JSON", () => {
    const rate = fc.double({ min: 0, max: 100, noNaN: true }).map((rate) => rate + 0)
    const steps = fc.record({ steps: fc.integer({ min: 1, max: 100 }) })
    const length = fc.oneof(steps, fc.record({ epochs: fc.constant(0.5) }))
    fc.assert(fc.property(schedules({ rate, length }), (schedule) => {
      const decoded = Issue.decode(LearningRate.LearningRate, JSON.parse(JSON.stringify(schedule)))
      assert.deepStrictEqual(Result.getOrThrow(decoded), schedule)
    }))
  })

  it("says of every kind what is wrong with it, at its path", () => {
    const wrong: ReadonlyArray<readonly [schedule: unknown, ...issues: ReadonlyArray<string>]> = [
      [LearningRate.constant(-1), "value: expected a number of at least 0, got -1"],
      [LearningRate.polynomial({ peak: 1, final: 0, power: 0 }), "power: expected a number above 0, got 0"],
      [LearningRate.exponential({ peak: 1, final: 0 }), "final: expected a number above 0, got 0"],
      [
        LearningRate.step({ peak: 1, factor: 2, every: { steps: 0 } }),
        "factor: expected a number above 0 and at most 1, got 2",
        "every.steps: expected a whole number from 1 to 1000000000, got 0"
      ],
      [
        LearningRate.oneCycle({ peak: 1, divide: 0.5, rise: 2, anneal: "cos" as never }),
        "divide: expected a number of at least 1, got 0.5",
        "rise: expected a number from 0 to 1, got 2",
        "anneal: expected \"cosine\" or \"linear\", got \"cos\""
      ],
      [
        LearningRate.warmupStableDecay({ peak: 1, final: 0, warmup: 3 as never, decay: { epochs: 0 } }),
        "warmup: expected { steps } or { epochs }, got 3",
        "decay.epochs: expected a number above 0 and at most 1000000, got 0"
      ],
      [
        LearningRate.inverseSquareRoot({ peak: 1, warmpu: { steps: 3 } } as never),
        "warmpu: unknown field \"warmpu\"; did you mean \"warmup\"?",
        "warmup: is missing, expected { steps } or { epochs }"
      ]
    ]
    for (const [schedule, ...issues] of wrong) assert.deepStrictEqual(said(schedule), issues)
  })

  it("changes piece by piece at positions that rise, in one unit", () => {
    const multiply = (...at: ReadonlyArray<object>): unknown => ({
      _tag: "Piecewise",
      start: 1,
      multiply: at.map((at) => ({ at, by: 0.5 }))
    })
    assert.deepStrictEqual(said(multiply({ steps: 3 }, { steps: 4 }, { steps: 9 })), [])
    assert.deepStrictEqual(said(multiply({ epochs: 0.5 }, { epochs: 1 })), [])
    const refused = [`multiply: expected ${changes}, got a list`]
    assert.deepStrictEqual(said(multiply({ steps: 3 }, { steps: 3 })), refused)
    assert.deepStrictEqual(said(multiply({ epochs: 2 }, { epochs: 1 })), refused)
    assert.deepStrictEqual(said(multiply({ epochs: 2 }, { epochs: 2 })), refused)
    assert.deepStrictEqual(said(multiply({ steps: 3 }, { epochs: 4 })), refused)
    assert.deepStrictEqual(said(multiply({ epochs: 3 }, { steps: 4 })), refused)
    assert.deepStrictEqual(said(multiply()), ["multiply.0: is missing"])
  })

  it("runs a sequence of two or more parts, all but the last with a length, none of them a sequence", () => {
    const length = { steps: 3 }
    const parts = (...parts: ReadonlyArray<unknown>): unknown => ({ _tag: "Sequence", parts })
    const sequence = LearningRate.sequence([{ schedule: fall, length }, { schedule: fall }])
    assert.deepStrictEqual(said(sequence), [])
    assert.deepStrictEqual(said(parts({ schedule: fall }, { schedule: fall })), [
      "parts.0.length: is missing, expected { steps } or { epochs }"
    ])
    assert.deepStrictEqual(said(parts({ schedule: fall, length }, { schedule: fall, length })), [
      "parts.1.length: expected no length: the last part takes the steps that are left, got { steps }"
    ])
    assert.deepStrictEqual(said(parts({ schedule: fall, length })), ["parts.1: is missing"])
    assert.deepStrictEqual(said(parts({ schedule: { ...fall, peak: -1 }, length }, { schedule: fall })), [
      "parts.0.schedule.peak: expected a number of at least 0, got -1"
    ])
    const [nested, ...others] = said(parts({ schedule: sequence, length }, { schedule: fall }))
    assert.match(nested ?? "", /^parts\.0\.schedule: expected Constant, Linear, .* or InverseSquareRoot, got Sequence$/)
    assert.deepStrictEqual(others, [])
  })
})
