import { assert, describe, it } from "@effect/vitest"
import { RunProgress } from "../../../runtime/report/RunProgress.ts"
import { monitorEvent, stepEvent } from "./events.ts"

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

  it("counts what a policy clips that sets no one bound, and knows one that moves its bound", () => {
    const perTensor = run()
    perTensor.add(stepEvent(0, { clipBound: Infinity, clipped: false }), 0)
    assert.isNull(perTensor.clipRate)
    perTensor.add(stepEvent(1, { clipBound: Infinity, clipped: true }), 0)
    perTensor.add(stepEvent(2, { clipBound: Infinity, clipped: false }), 0)
    assert.strictEqual(perTensor.clipRate, 1 / 3)
    assert.isFalse(perTensor.boundMoves)
    const spikes = run()
    spikes.add(stepEvent(0, { clipBound: 3, clipped: true }), 0)
    spikes.add(stepEvent(1, { clipBound: Infinity, clipped: false }), 0)
    assert.isTrue(spikes.boundMoves)
    assert.strictEqual(spikes.clipRate, 1 / 2)
  })

  it("keeps the latest measurement of the parts' gradients", () => {
    const watched = run()
    assert.strictEqual(watched.monitor, null)
    for (const step of [0, 10]) {
      const event = monitorEvent(step, 1, 2)
      watched.add(event, 0)
      assert.strictEqual(watched.monitor, event)
    }
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
