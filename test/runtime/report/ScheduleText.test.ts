import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import { LearningRate, Recipe } from "../../../dsl/index.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import * as ScheduleText from "../../../runtime/report/ScheduleText.ts"
import { assertGolden } from "./golden.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

const [, warm] = Samples.plan.arms

describe("ScheduleText", () => {
  it("writes every arm's schedule", () => assertGolden("schedule", ScheduleText.of(Samples.plan, 80)))

  it("shows some of a long schedule: its start, the warmup's end and its last step among them", () => {
    const curve = warm?.curve
    assert.isNotNull(curve)
    if (curve === undefined || curve === null) return
    const steps = ScheduleText.shownSteps(curve)
    assert.includeMembers([...steps], [0, 50, 149])
    assert.isAtMost(steps.length, 40)
    assert.deepStrictEqual(steps, [...new Set(steps)].toSorted((left, right) => left - right))
    assert.deepStrictEqual(ScheduleText.shownSteps({ ...curve, totalSteps: 3, warmupSteps: 0 }), [0, 1, 2])
  })

  it("shows where a long schedule turns, unless it turns all the time", () => {
    const stairs = (every: number): ReadonlyArray<number> =>
      ScheduleText.shownSteps({
        schedule: { _tag: "Step", peak: 1, factor: 0.5, every: { steps: every } },
        totalSteps: 1000,
        warmupSteps: 0
      })
    assert.includeMembers([...stairs(301)], [0, 301, 602, 903, 999])
    assert.isAtMost(stairs(2).length, 40)
  })

  it("says which lengths hang on the data where that is not at hand", () => {
    const schedule = LearningRate.sequence([
      { schedule: LearningRate.step({ peak: 1, factor: 0.5, every: { epochs: 2 } }), length: { steps: 40 } },
      { schedule: LearningRate.inverseSquareRoot({ peak: 1, warmup: { epochs: 3 } }) }
    ])
    const arms = [Plan.resolveArm("far", Recipe.with(Samples.clipAndWarmup, { schedule }), null)]
    const text = Texts.plain(ScheduleText.of({ experiment: "x", arms }, 300))
    assert.include(text, "the steps of 2 epochs and 3 epochs are known where the data is")
  })

  it("writes a schedule that arms share once", () => {
    const arms = warm === undefined ? [] : [warm, { ...warm, arm: "again" }]
    const text = Texts.plain(ScheduleText.of({ experiment: "x", arms }, 80))
    assert.include(text, "clip + warmup, again")
    assert.lengthOf(text.match(/learning rate/g) ?? [], 1)
  })

  it("fits, whatever arms are called", () => {
    FastCheck.assert(
      FastCheck.property(Texts.text, Texts.columns, (name, columns) => {
        const arms = Samples.plan.arms.map((arm) => ({ ...arm, arm: name }))
        Texts.assertFits(ScheduleText.of({ experiment: name, arms }, columns), columns)
      }),
      { numRuns: 60 }
    )
  })
})
