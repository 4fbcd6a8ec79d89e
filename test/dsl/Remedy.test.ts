import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Issue from "../../dsl/Issue.ts"
import * as Remedy from "../../dsl/Remedy.ts"
import { remedies } from "./recipes.ts"

const issuesOf = (remedy: unknown): ReadonlyArray<string> => {
  const decoded = Issue.decode(Remedy.Remedy, remedy)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message, path }) => `${path}: ${message}`)
}

describe("Remedy", () => {
  it("has defaults that a plan can show", () => {
    assert.deepStrictEqual(Remedy.rollBack(), { _tag: "RollBack", steps: 0 })
    assert.deepStrictEqual(Remedy.scaleLearningRate(), { _tag: "ScaleLearningRate", factor: 0.5 })
    assert.deepStrictEqual(Remedy.tightenClip(), { _tag: "TightenClip", factor: 0.5, start: 1 })
    assert.deepStrictEqual(Remedy.extendWarmup(), { _tag: "ExtendWarmup", factor: 2, least: { steps: 1000 } })
    assert.deepStrictEqual(Remedy.skipBatches(), { _tag: "SkipBatches", steps: 1 })
    assert.deepStrictEqual(Remedy.switchEngine(), { _tag: "SwitchEngine", engine: null })
    assert.deepStrictEqual(Remedy.switchEngine("wasm"), { _tag: "SwitchEngine", engine: "wasm" })
    const others = [Remedy.quarantineSample, Remedy.halveBatch, Remedy.reorder]
    assert.deepStrictEqual(others.map(({ _tag }) => _tag), ["QuarantineSample", "HalveBatch", "Reorder"])
    assert.deepStrictEqual(Remedy.tightenClip({ start: 5 }), { _tag: "TightenClip", factor: 0.5, start: 5 })
    assert.deepStrictEqual(Remedy.extendWarmup({ least: { epochs: 1 } }), {
      _tag: "ExtendWarmup",
      factor: 2,
      least: { epochs: 1 }
    })
  })

  it("survives being written as JSON and read again, whatever it is", () => {
    fc.assert(fc.property(remedies, (remedy) => {
      assert.deepStrictEqual(Result.getOrThrow(Issue.decode(Remedy.Remedy, JSON.parse(JSON.stringify(remedy)))), remedy)
    }))
  })

  it("is refused in words where its bounds end", () => {
    const cases: ReadonlyArray<readonly [unknown, ReadonlyArray<string>]> = [
      [Remedy.rollBack({ steps: -1 }), ["steps: expected a whole number of at least 0, got -1"]],
      [Remedy.scaleLearningRate({ factor: 0 }), ["factor: expected a number above 0 and at most 1, got 0"]],
      [Remedy.scaleLearningRate({ factor: 1.5 }), ["factor: expected a number above 0 and at most 1, got 1.5"]],
      [Remedy.tightenClip({ factor: 2, start: 0 }), [
        "factor: expected a number above 0 and at most 1, got 2",
        "start: expected a number above 0, got 0"
      ]],
      [Remedy.extendWarmup({ factor: 0.5, least: { steps: 0 } }), [
        "factor: expected a number of at least 1, got 0.5",
        "least.steps: expected a whole number from 1 to 1000000000, got 0"
      ]],
      [Remedy.extendWarmup({ least: 1000 as never }), ["least: expected { steps } or { epochs }, got 1000"]],
      [Remedy.skipBatches({ steps: 0 }), ["steps: expected a whole number above 0, got 0"]],
      [Remedy.switchEngine("cuda" as never), [`engine: expected "tensorflow" or "wasm" or null, got "cuda"`]],
      [{ ...Remedy.reorder, seed: 1 }, [`seed: unknown field "seed"`]],
      [{ _tag: "Pray" }, [
        ": expected RollBack, ScaleLearningRate, TightenClip, ExtendWarmup, SkipBatches, QuarantineSample, HalveBatch, "
        + "Reorder or SwitchEngine, got Pray"
      ]]
    ]
    for (const [remedy, expected] of cases) assert.deepStrictEqual(issuesOf(remedy), expected)
  })
})
