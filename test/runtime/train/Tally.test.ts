import { assert, describe, it } from "@effect/vitest"
import { Tally } from "../../../runtime/train/Tally.ts"

const step = (loss: number, gradNorm: number, clipped = false) => ({
  loss,
  parts: { box: 0, class: 0, dfl: 0 },
  gradNorm,
  clipBound: Infinity,
  finite: Number.isFinite(loss) && Number.isFinite(gradNorm),
  clipped
})

describe("Tally", () => {
  it("averages the loss over the last tenth of the steps, at least 10", () => {
    const tally = new Tally()
    for (let index = 0; index < 50; index++) tally.add(step(index, 1))
    assert.strictEqual(tally.loss, 44.5)
    for (let index = 50; index < 400; index++) tally.add(step(index, 1))
    assert.strictEqual(tally.loss, 379.5)
  })

  it("averages what there is where there are fewer than 10 steps", () => {
    const tally = new Tally()
    tally.add(step(4, 1))
    tally.add(step(2, 1))
    assert.strictEqual(tally.loss, 3)
  })

  it("counts the clip rate over finite steps and never hides a NaN from the loss", () => {
    const tally = new Tally()
    tally.add(step(1, 5, true))
    tally.add(step(1, 1))
    tally.add(step(NaN, NaN))
    assert.strictEqual(tally.clipRate, 0.5)
    assert.isNaN(tally.loss)
    assert.strictEqual(tally.steps, 3)
  })

  it("reports median, 99th percentile and maximum of the norms", () => {
    const tally = new Tally()
    for (let index = 200; index >= 1; index--) tally.add(step(1, index))
    assert.deepStrictEqual(tally.gradNorm, { median: 100.5, p99: 198, max: 200 })
  })

  it("has no norms before the first finite step", () => {
    assert.deepStrictEqual(new Tally().gradNorm, { median: NaN, p99: NaN, max: NaN })
    assert.strictEqual(new Tally().clipRate, 0)
  })

  it("goes on from the figures of steps before as if it had counted them itself", () => {
    const [whole, first] = [new Tally(), new Tally()]
    for (let index = 0; index < 80; index++) {
      const taken = step(Math.fround(1 / (index + 1)), Math.fround(index / 3), index % 3 === 0)
      whole.add(taken)
      if (index < 50) first.add(taken)
    }
    const second = new Tally(first.history())
    for (let index = 50; index < 80; index++) {
      second.add(step(Math.fround(1 / (index + 1)), Math.fround(index / 3), index % 3 === 0))
    }
    assert.deepStrictEqual(second.history(), whole.history())
    const figures = ({ clipRate, gradNorm, last, loss, steps }: Tally) => ({ clipRate, gradNorm, last, loss, steps })
    assert.deepStrictEqual(figures(second), figures(whole))
    assert.deepStrictEqual(whole.history(50), first.history())
  })
})
