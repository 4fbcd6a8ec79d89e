import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as PlanText from "../../../runtime/report/PlanText.ts"
import { assertGolden } from "./golden.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

describe("PlanText", () => {
  for (const columns of [60, 100]) {
    it(`writes a plan in ${columns} columns`, () =>
      assertGolden(`plan-${columns}`, PlanText.of(Samples.plan, { columns })))
  }

  it("lets warnings pass, unless it is strict", () => {
    const [bare] = Samples.plan.arms
    const plan = { ...Samples.plan, arms: bare === undefined ? [] : [bare] }
    assert.match(Texts.plain(PlanText.of(plan, { columns: 100 })), /\ncan run: 2 warnings\n$/)
    assert.match(
      Texts.plain(PlanText.of(plan, { columns: 100, strict: true })),
      /\ncannot run: 2 warnings, and --strict refuses warnings\n$/
    )
  })

  it("fits, whatever arms and classes are called", () => {
    FastCheck.assert(
      FastCheck.property(Texts.text, Texts.columns, (name, columns) => {
        const arms = Samples.plan.arms.map((arm) => ({
          ...arm,
          arm: name,
          facts: arm.facts === null ? null : { ...arm.facts, classes: [name, `${name}2`] }
        }))
        Texts.assertFits(PlanText.of({ experiment: name, arms }, { columns }), columns)
      }),
      { numRuns: 60 }
    )
  })
})
