import { assert, describe, it } from "@effect/vitest"
import { RunProgress } from "../../../runtime/report/RunProgress.ts"
import { stepEvent } from "./events.ts"

const run = (): RunProgress => new RunProgress({ arm: "clip", seed: 0 }, 1, 0)

describe("RunProgress", () => {
  it("counts the clip rate over finite steps, and none where clipping is off", () => {
    const clipping = run()
    assert.isNull(clipping.clipRate)
    clipping.add(stepEvent(0, { clipped: true }), 0)
    clipping.add(stepEvent(1, { clipped: false }), 0)
    clipping.add(stepEvent(2, { clipped: false }), 0)
    clipping.add(stepEvent(3, { finite: false, loss: NaN }), 0)
    assert.strictEqual(clipping.clipRate, 1 / 3)
    const off = run()
    off.add(stepEvent(0, { clipBound: Infinity, clipped: false }), 0)
    assert.isNull(off.clipRate)
  })

  it("tells the time left from the pace after the first step, which takes longer", () => {
    const slowStart = run()
    slowStart.add(stepEvent(0), 60_000)
    assert.isNull(slowStart.secondsLeft)
    slowStart.add(stepEvent(1), 60_500)
    slowStart.add(stepEvent(2), 61_000)
    assert.strictEqual(slowStart.secondsLeft, 97 * 0.5)
  })

  it("has none left after the last step", () => {
    const done = run()
    done.add(stepEvent(98), 0)
    done.add(stepEvent(99), 500)
    assert.strictEqual(done.secondsLeft, 0)
    assert.strictEqual(done.steps, 100)
  })

  it("goes by the steps that it saw where an attempt began later", () => {
    const resumed = run()
    resumed.add(stepEvent(50), 0)
    resumed.add(stepEvent(60), 10_000)
    assert.strictEqual(resumed.secondsLeft, 39)
  })
})
