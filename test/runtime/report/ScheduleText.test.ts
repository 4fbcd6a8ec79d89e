import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
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
