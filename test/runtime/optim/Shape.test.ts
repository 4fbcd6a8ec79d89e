import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import type * as Lengths from "../../../runtime/optim/Lengths.ts"
import * as Shape from "../../../runtime/optim/Shape.ts"
import { close, extremes, goesOneWay, rate, singles, totalSteps } from "./schedules.ts"

const assertRates = (
  schedule: Lengths.Single,
  length: number,
  expected: ReadonlyArray<readonly [step: number, rate: number]>,
  tolerance: number
): void => {
  for (const [step, rate] of expected) close(Shape.at(schedule, step, length), rate, tolerance)
}

const numbered = (rates: ReadonlyArray<number>): ReadonlyArray<readonly [number, number]> =>
  rates.map((rate, step) => [step, rate])

describe("Shape.at", () => {
  it("falls along a power of what is left, as optax does, and as PyTorch does", () => {
    const quadratic = LearningRate.polynomial({ peak: 25, final: 10, power: 2 })
    assertRates(quadratic, 10, [[0, 25], [5, 13.75], [10, 10], [15, 10]], 0)
    const slow = LearningRate.polynomial({ peak: 0.05, final: 0, power: 0.9 })
    assertRates(slow, 5, numbered([0.05, 0.040902607, 0.031572293, 0.021919165, 0.011746189, 0]), 5e-10)
  })

  it("multiplies piece by piece, from the step on that is named", () => {
    const schedule: Lengths.Single = {
      _tag: "Piecewise",
      start: 0.1,
      multiply: [{ at: { steps: 3 }, by: 2 }, { at: { steps: 6 }, by: 0.5 }]
    }
    assertRates(schedule, 8, numbered([0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.1, 0.1]), 0)
  })

  it("anneals along half a cosine, as other libraries do", () => {
    const schedule = LearningRate.cosine({ peak: 0.1, final: 0 })
    assertRates(schedule, 100, [[0, 0.1], [10, 0.0975528258], [50, 0.05], [75, 0.0146446609], [100, 0]], 5e-11)
  })

  it("goes through one cycle, which ends with the last step", () => {
    const schedule = LearningRate.oneCycle({ peak: 25, finalDivide: 2, anneal: "linear" })
    assertRates(schedule, 10, numbered([1, 13, 25, 21.5, 18, 14.5, 11, 7.5, 4, 0.5]), 1e-14)
    assert.strictEqual(Shape.at(schedule, 10, 10), 0.5)
  })

  it("goes through a cycle of a single step, and through one whose peak is its first step", () => {
    assert.strictEqual(Shape.at(LearningRate.oneCycle({ peak: 25, finalDivide: 2 }), 0, 1), 0.5)
    assert.strictEqual(Shape.at(LearningRate.oneCycle({ peak: 25, rise: 1 }), 0, 1), 25)
    assert.strictEqual(Shape.at(LearningRate.oneCycle({ peak: 25, rise: 0.1 }), 0, 10), 25)
  })

  it("falls, or rises, in a straight line", () => {
    const fall = LearningRate.linear({ peak: 0.01, final: 0.0001 })
    assertRates(fall, 10, [[0, 0.01], [1, 0.00901], [5, 0.00505], [9, 0.00109], [10, 0.0001]], 1e-16)
    const rise = LearningRate.linear({ peak: 4, final: 10 })
    assertRates(rise, 3000, [[0, 4], [1000, 6], [3000, 10]], 0)
  })

  it("falls, or rises, by the same ratio at every step", () => {
    const fall = LearningRate.exponential({ peak: 1, final: 1 / 1024 })
    assertRates(fall, 10, numbered([1, 1 / 2, 1 / 4, 1 / 8]), 1e-15)
    const far = LearningRate.exponential({ peak: 1e-300, final: 1e300 })
    close(Shape.at(far, 5, 10), 1, 1e-12)
  })

  it("goes down stairs", () => {
    const stairs: Lengths.Single = { _tag: "Step", peak: 0.8, factor: 0.5, every: { steps: 3 } }
    assertRates(stairs, 8, numbered([0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2]), 1e-16)
  })

  const plateau = (shape: LearningRate.WarmupStableDecay["shape"], warmup = 4, decay = 8): Lengths.Single => ({
    _tag: "WarmupStableDecay",
    peak: 2,
    final: 1,
    warmup: { steps: warmup },
    decay: { steps: decay },
    shape
  })

  it("rises, stays and falls in each of its shapes", () => {
    const straight = [[0, 0], [1, 0.5], [4, 2], [9, 2], [12, 2], [14, 1.75], [16, 1.5], [20, 1]] as const
    assertRates(plateau("linear"), 20, straight, 1e-15)
    assertRates(plateau("cosine"), 20, [[3, 1.5], [12, 2], [14, 1.5 + Math.SQRT1_2 / 2], [16, 1.5], [20, 1]], 1e-15)
    assertRates(plateau("sqrt"), 20, [[4, 2], [12, 2], [14, 1.5], [16, 2 - Math.SQRT1_2], [20, 1]], 1e-15)
  })

  it("shortens a decay that the warmup leaves too few steps, and rises to the end where it leaves none", () => {
    assertRates(plateau("linear", 4, 20), 8, [[2, 1], [4, 2], [6, 1.5], [8, 1]], 0)
    assertRates(plateau("linear", 16, 4), 8, [[0, 0], [4, 0.5], [8, 1]], 0)
  })

  it("rises, then falls with the square root of the steps", () => {
    const schedule: Lengths.Single = { _tag: "InverseSquareRoot", peak: 0.6, warmup: { steps: 10 } }
    assertRates(schedule, 1000, [[0, 0], [5, 0.3], [10, 0.6], [40, 0.3], [90, 0.2], [1000, 0.06]], 1e-16)
  })

  it("keeps a constant rate", () => {
    assertRates(LearningRate.constant(0.3), 7, [[0, 0.3], [3, 0.3], [7, 0.3]], 0)
  })
})

describe("Any schedule that is not made of others", () => {
  it("stays between its extremes, and keeps after its length what it takes at its end", () => {
    fc.assert(fc.property(singles, totalSteps, (schedule, length) => {
      const ends = extremes(schedule)
      const [low, high] = [Math.min(...ends), Math.max(...ends)]
      const rates = Array.from({ length: length + 1 }, (_, step) => Shape.at(schedule, step, length))
      assert.deepStrictEqual(rates.filter((rate) => !(rate >= low && rate <= high && rate >= 0)), [])
      const last = rates.at(-1)
      const later = [1, 7, length].map((more) => Shape.at(schedule, length + more, length))
      assert.deepStrictEqual(later, [last, last, last])
    }))
  })

  it("starts at peak and ends at final, exactly, where it goes from one to the other", () => {
    const power = fc.double({ min: 0.1, max: 8, noNaN: true })
    fc.assert(fc.property(rate, rate, power, totalSteps, (peak, final, power, length) => {
      const between = [
        LearningRate.linear({ peak, final }),
        LearningRate.cosine({ peak, final }),
        LearningRate.polynomial({ peak, final, power }),
        ...(peak > 0 && final > 0 ? [LearningRate.exponential({ peak, final })] : [])
      ]
      for (const schedule of between) {
        const rates = [0, length, length + 1].map((step) => Shape.at(schedule, step, length) + 0)
        assert.deepStrictEqual(rates, [peak, final, final])
      }
    }))
  })

  it("goes one way between its turns, which are found", () => {
    fc.assert(fc.property(singles, totalSteps, (schedule, length) => {
      const turns = Shape.turns(schedule, length).filter((step) => step > 0 && step < length)
      const bounds = [0, ...turns, length]
      for (const [index, from] of bounds.slice(0, -1).entries()) {
        const to = bounds[index + 1] ?? length
        const rates = Array.from({ length: to - from }, (_, step) => Shape.at(schedule, from + step, length))
        assert.isTrue(goesOneWay(rates), `${JSON.stringify(schedule)} from ${from} to ${to} of ${length}`)
      }
    }))
  })
})

describe("Any cycle", () => {
  it("begins at its initial rate and ends at its final rate with the last step, exactly", () => {
    const cycles = singles.filter((schedule) => schedule._tag === "OneCycle")
    fc.assert(fc.property(cycles, fc.integer({ min: 2, max: 3000 }), (cycle, length) => {
      const schedule = { ...cycle, rise: 1 / length + cycle.rise * (1 - 2 / length) + 1e-6 }
      fc.pre(schedule.rise < 1)
      const initial = schedule.peak / schedule.divide
      assert.strictEqual(Shape.at(schedule, 0, length), initial)
      assert.strictEqual(Shape.at(schedule, length - 1, length), initial / schedule.finalDivide)
    }))
  })
})
