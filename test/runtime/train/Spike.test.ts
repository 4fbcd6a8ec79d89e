import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import type { StepOutcome } from "../../../runtime/step/Step.ts"
import * as Spike from "../../../runtime/train/Spike.ts"

const step = (loss: number, gradNorm: number = 1): StepOutcome => ({
  loss,
  parts: {},
  gradNorm,
  clipBound: Infinity,
  finite: true,
  clipped: false
})

/** Losses about 10, none farther off than 1. */
const noise = (index: number): number => 10 + Math.sin(index * 12.9898)

const quiet = (detector: Spike.Detector, count: number, from = 0): void => {
  for (let index = from; index < from + count; index++) detector.look(index, step(noise(index), noise(index + 7)))
}

describe("Spike", () => {
  it("finds a loss or a norm far above those before, and says how far", () => {
    const detector = Spike.detector()
    quiet(detector, 64)
    const found = detector.look(64, step(25, 10))
    assert.isNull(found?.gradNorm)
    assert.strictEqual(found?.loss?.value, 25)
    assert.approximately(found?.loss?.median ?? NaN, 10, 0.2)
    // The median deviation of a sine is 1 / sqrt(2).
    assert.approximately(found?.loss?.deviations ?? NaN, 15 / (1.4826 * Math.SQRT1_2), 1)
    assert.isNotNull(detector.look(65, step(10, 40))?.gradNorm)
    assert.strictEqual(detector.memory().count, 2)
  })

  it("takes no figure for a spike that is near the median, however still the others stand", () => {
    const detector = Spike.detector()
    for (let index = 0; index < 64; index++) detector.look(index, step(1, 1))
    assert.isNull(detector.look(64, step(1.5, 1.5)))
    assert.strictEqual(detector.look(65, step(1.51, 1))?.loss?.deviations, Infinity)
  })

  it("says nothing before it has seen 32 steps", () => {
    const detector = Spike.detector()
    quiet(detector, 31)
    assert.isNull(detector.look(31, step(1000, 1000)))
    assert.isNotNull(detector.look(32, step(1000)))
  })

  it("forgets what is older than 64 steps, and gets used to what stays", () => {
    const detector = Spike.detector()
    quiet(detector, 200)
    const found = Array.from({ length: 64 }, (_, index) => detector.look(200 + index, step(30 + noise(index), 10)))
    assert.isNotNull(found[0])
    assert.isNull(found[63])
    const { losses, norms } = detector.memory()
    assert.deepStrictEqual([losses.length, norms.length], [64, 64])
    assert.strictEqual(losses[0], 30 + noise(0))
  })

  it("says where spikes began that come close to each other", () => {
    const detector = Spike.detector()
    quiet(detector, 64)
    assert.strictEqual(detector.onset(64), 64)
    for (const at of [70, 78, 85]) detector.look(at, step(100))
    assert.strictEqual(detector.onset(90), 70)
    assert.strictEqual(detector.onset(96), 96)
    detector.look(120, step(100))
    assert.strictEqual(detector.onset(121), 120)
  })

  it("goes on from what it remembers as if it had never stopped", () => {
    const figure = FastCheck.double({ min: 0, max: 100, noNaN: true })
    const figures = FastCheck.array(FastCheck.tuple(figure, figure), { maxLength: 150 })
    FastCheck.assert(FastCheck.property(figures, FastCheck.nat(150), (figures, at) => {
      const whole = Spike.detector()
      let broken = Spike.detector()
      for (const [index, [loss, norm]] of figures.entries()) {
        if (index === at) broken = Spike.detector(JSON.parse(JSON.stringify(broken.memory())) as Spike.Memory)
        assert.deepStrictEqual(broken.look(index, step(loss, norm)), whole.look(index, step(loss, norm)))
      }
      assert.deepStrictEqual(broken.memory(), whole.memory())
    }))
  })
})
