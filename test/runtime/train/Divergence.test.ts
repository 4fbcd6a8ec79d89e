import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Divergence from "../../../runtime/train/Divergence.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import type { StepOutcome } from "../../../runtime/step/Step.ts"

const outcome = (box: number, klass: number, dfl: number): StepOutcome => ({
  loss: box + klass + dfl,
  parts: { box, class: klass, dfl },
  gradNorm: 1,
  clipBound: Infinity,
  finite: true,
  clipped: false
})

/** Shows the steps to a fresh detector and returns the first fault. */
const watch = (outcomes: ReadonlyArray<StepOutcome>, boxes: (step: number) => boolean = () => true) => {
  const detector = Divergence.detector()
  for (const [step, seen] of outcomes.entries()) {
    const fault = detector.look(step, seen, boxes(step))
    if (fault !== null) return fault
  }
  return null
}

const repeated = (count: number, seen: StepOutcome): ReadonlyArray<StepOutcome> => Array.from({ length: count }, () => seen)

const healthy = repeated(30, outcome(4, 3, 2))

describe("Divergence", () => {
  it("finds a loss that is small because nothing is matched, on the 20th step of it", () => {
    const fault = watch([...healthy, outcome(4, 797, 3), ...repeated(40, outcome(1e-3, 0.2, 1e-3))])
    assert.strictEqual(fault?._tag, "Diverged")
    assert.strictEqual(fault?.step, 30 + 1 + 19)
    assert.match(fault?.message ?? "", /a peak of 804 at step 30.*only because nothing is matched/)
  })

  it("finds a loss that stays above ten times its best mean for 20 steps", () => {
    assert.strictEqual(watch([...healthy, ...repeated(40, outcome(4, 90, 2))])?.step, 30 + 19)
    assert.isNull(watch([...healthy, ...repeated(19, outcome(4, 90, 2)), ...healthy]))
  })

  it("does not take a loss for high that is below where it began, however low its best was", () => {
    const classifier = (loss: number): StepOutcome => ({ ...outcome(0, loss, 0), parts: { class: loss } })
    const learnt = [...repeated(30, classifier(0.7)), ...repeated(30, classifier(3e-4))]
    assert.isNull(watch([...learnt, ...repeated(40, classifier(0.2))]))
    assert.strictEqual(watch([...learnt, ...repeated(40, classifier(0.8))])?.step, 60 + 19)
  })

  it("does not measure by one batch whose loss happened to be small", () => {
    assert.isNull(watch([...healthy, outcome(0.3, 0.2, 0.1), ...repeated(60, outcome(4, 3, 2))]))
  })

  it("does not take batches without boxes for a collapse", () => {
    const empty = repeated(60, outcome(0, 0.1, 0))
    assert.isNull(watch([...healthy, ...empty], (step) => step < healthy.length))
    assert.isNotNull(watch([...healthy, ...empty]))
  })

  it("lets any training pass whose parts keep to a hundredth of the first and whose loss keeps below ten times the best", () => {
    const share = FastCheck.double({ min: 0.5, max: 4.9, noNaN: true })
    FastCheck.assert(
      FastCheck.property(FastCheck.array(FastCheck.tuple(share, share, share), { maxLength: 200 }), (steps) => {
        assert.isNull(watch(steps.map((parts) => outcome(...parts))))
      })
    )
  })

  const begun = (outcomes: ReadonlyArray<StepOutcome>, boxes: (step: number) => boolean = () => true): number => {
    const detector = Divergence.detector()
    for (const [step, seen] of outcomes.entries()) {
      if (detector.look(step, seen, boxes(step)) !== null) return detector.onset(step)
    }
    return detector.onset(outcomes.length)
  }

  it("says where a rise began, across a step that came down between", () => {
    const rise = [20, 30, 8, 45, 90, 200].map((loss) => outcome(loss, 0, 1))
    assert.strictEqual(begun([...healthy, ...rise, ...repeated(40, outcome(500, 0, 1))]), 30)
    assert.strictEqual(begun([...healthy, ...rise]), 30)
    assert.strictEqual(begun(healthy), 30)
    assert.strictEqual(begun([...healthy, ...rise, ...healthy]), 66)
  })

  it("says where began what made all scores vanish: at the peak before, or with the first step of it", () => {
    const vanished = repeated(20, outcome(1e-3, 0.2, 1e-3))
    assert.strictEqual(begun([...healthy, outcome(4, 50, 3), outcome(4, 797, 3), ...vanished]), 30)
    assert.strictEqual(begun([...healthy, ...vanished]), 30)
    // What is left of the loss then is noise, whose ups are no rise.
    const low = [outcome(0.06, 0.01, 0.06), ...repeated(19, outcome(1e-4, 1e-3, 1e-4)), outcome(1e-4, 1, 1e-4)]
    assert.strictEqual(begun([...healthy, outcome(4, 50, 3), outcome(4, 797, 3), ...low]), 30)
  })

  it("takes for no part of a rise a higher level that the loss has kept for long", () => {
    const learnt = [...healthy, ...repeated(60, outcome(0.5, 0.3, 0.2))]
    const restarted = [...learnt, ...repeated(600, outcome(1.5, 1, 0.5))]
    assert.strictEqual(begun(restarted), 690)
    assert.strictEqual(begun([...restarted, ...repeated(40, outcome(500, 0, 1))]), 690)
    const slow = Array.from({ length: 400 }, (_, step) => outcome(2 ** (step / 50), 0, 0.5))
    assert.strictEqual(begun([...learnt, ...slow]), 90 + 44)
  })

  it("says where a rise began, however many steps between saw no box", () => {
    assert.strictEqual(begun([...healthy, ...repeated(400, outcome(500, 0, 1))], (step) => step < 30 || step % 10 === 0), 30)
  })

  it("says where began what made all scores vanish but for one now and then", () => {
    const flickers = Array.from({ length: 60 }, (_, step) => step % 15 === 14 ? outcome(0.3, 0.2, 0.1) : outcome(1e-3, 1e-3, 1e-3))
    const peak = [outcome(4, 50, 3), outcome(4, 797, 3)]
    assert.strictEqual(begun([...healthy, ...peak, ...flickers, ...repeated(20, outcome(1e-3, 1e-3, 1e-3))]), 30)
  })

  it("says where an explosion of the first steps began", () => {
    assert.strictEqual(begun([8, 8, 7, 7, 7, 30, 200, 4000].map((loss) => outcome(loss, 0, 1))), 5)
    assert.strictEqual(begun([outcome(4, 3, 1), ...repeated(6, outcome(4, 797, 3)), ...repeated(20, outcome(1e-3, 0.2, 1e-3))]), 1)
  })

  it("goes on from what it remembers as if it had never stopped", () => {
    const loss = FastCheck.double({ min: 0, max: 900, noNaN: true })
    const figures = FastCheck.array(FastCheck.tuple(loss, FastCheck.boolean()), { maxLength: 80 })
    FastCheck.assert(FastCheck.property(figures, FastCheck.nat(80), (figures, at) => {
      const whole = Divergence.detector()
      let broken = Divergence.detector()
      for (const [step, [loss, gone]] of figures.entries()) {
        if (step === at) broken = Divergence.detector(EventLog.decode(EventLog.encode(broken.memory())) as Divergence.Memory)
        const seen = gone ? outcome(0, loss, 0) : outcome(loss, 1, 1)
        assert.strictEqual(broken.look(step, seen, true)?.message, whole.look(step, seen, true)?.message)
        assert.strictEqual(broken.onset(step), whole.onset(step))
      }
      assert.deepStrictEqual(broken.memory(), whole.memory())
    }))
  })
})
