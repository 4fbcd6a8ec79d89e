import { assert, describe, it } from "@effect/vitest"
import * as Loss from "../../../dsl/Loss.ts"
import { outcomeOf } from "../../../runtime/step/Report.ts"

const figures = { loss: 23, box: 2, class: 4, dfl: 4, gradNorm: 3, finite: true }
const gains = Loss.yoloV8({ box: 7.5, class: 0.5, dfl: 1.5 })

describe("Report.outcomeOf", () => {
  it("weighs the parts, which then add up to the loss", () => {
    const { loss, parts } = outcomeOf(figures, gains, 10)
    assert.deepStrictEqual(parts, { box: 15, class: 2, dfl: 6 })
    assert.strictEqual(parts.box + parts.class + parts.dfl, loss)
  })

  it("says that a gradient was clipped where its norm is above the bound, but not if the step changed nothing", () => {
    const clipped = (change: Partial<typeof figures>, bound: number) =>
      outcomeOf({ ...figures, ...change }, gains, bound).clipped
    assert.deepStrictEqual([clipped({}, 2.9), clipped({}, 3.1), clipped({}, Infinity)], [true, false, false])
    assert.isFalse(clipped({ gradNorm: Infinity, finite: false }, 1))
    assert.isFalse(clipped({ gradNorm: NaN, finite: false }, 1))
  })
})
