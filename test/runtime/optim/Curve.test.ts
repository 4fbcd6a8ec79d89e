import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Warmup from "../../../dsl/Warmup.ts"
import * as Curve from "../../../runtime/optim/Curve.ts"
import * as Sequence from "../../../runtime/optim/Sequence.ts"
import { close, extremes, goesOneWay, rate, schedules, totalSteps } from "./schedules.ts"

/** A curve whose other settings do not matter to a test. */
const make = (options: Partial<Parameters<typeof Curve.make>[0]>): Curve.Curve =>
  Curve.make({
    schedule: LearningRate.constant(0.01),
    warmup: Warmup.none,
    momentum: 0.937,
    totalSteps: 100,
    warmupSteps: 0,
    ...options
  })

const rates = (curve: Curve.Curve): ReadonlyArray<number> =>
  Array.from({ length: curve.totalSteps }, (_, step) => curve.at(step).learningRate)

describe("Curve.make", () => {
  it("warms weights up from 0, biases down from 0.1 and the momentum from 0.8, as YOLO does", () => {
    const warmup = Warmup.linear({ steps: 300 })
    const curve = make({ warmup, totalSteps: 1000, warmupSteps: 300 })
    assert.deepStrictEqual(curve.at(0), { learningRate: 0, biasLearningRate: 0.1, momentum: 0.8 })
    const half = curve.at(150)
    close(half.learningRate, 0.005, 1e-15)
    close(half.biasLearningRate, 0.055, 1e-15)
    close(half.momentum, 0.8685, 1e-15)
    assert.deepStrictEqual(curve.at(300), { learningRate: 0.01, biasLearningRate: 0.01, momentum: 0.937 })
  })

  it("leads to the schedule's value where the warmup ends, not to its peak", () => {
    const schedule = LearningRate.linear({ peak: 1, final: 0 })
    const curve = make({ schedule, warmup: Warmup.linear({ steps: 4, from: 0.2 }), totalSteps: 10, warmupSteps: 4 })
    const expected = [0.2, 0.3, 0.4, 0.5, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    rates(curve).forEach((rate, step) => close(rate, expected[step] ?? NaN, 1e-15))
  })

  it("starts no momentum above the optimizer's own", () => {
    const curve = make({ momentum: 0.5, warmup: Warmup.linear({ steps: 4 }), warmupSteps: 4 })
    assert.deepStrictEqual([0, 2, 4].map((step) => curve.at(step).momentum), [0.5, 0.5, 0.5])
  })

  it("ignores a warmup of no steps", () => {
    const curve = make({ warmup: Warmup.linear({ epochs: 1 }), warmupSteps: 0 })
    assert.deepStrictEqual(curve.at(0), { learningRate: 0.01, biasLearningRate: 0.01, momentum: 0.937 })
  })
})

const warmed = fc.tuple(
  schedules,
  totalSteps,
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.record({ from: rate, biasFrom: rate, momentumFrom: fc.double({ min: 0, max: 0.99, noNaN: true }) }),
  fc.double({ min: 0, max: 0.99, noNaN: true })
).map(([schedule, totalSteps, share, from, momentum]) => {
  const warmupSteps = Math.floor(share * totalSteps)
  const warmup = Warmup.linear({ steps: Math.max(1, warmupSteps), ...from })
  const curve = Curve.make({ schedule, warmup, momentum, totalSteps, warmupSteps })
  return { schedule, from, momentum, warmupSteps, curve }
})

describe("Any curve", () => {
  it("is finite, and never below 0 or beyond its ends", () => {
    fc.assert(fc.property(warmed, ({ curve, from, momentum, schedule }) => {
      const ends = extremes(schedule)
      const [low, high] = [Math.min(from.from, ...ends), Math.max(from.from, ...ends)]
      const sound = (row: Curve.Row): boolean =>
        row.learningRate >= low && row.learningRate <= high && Number.isFinite(row.biasLearningRate)
        && row.biasLearningRate >= 0 && row.momentum >= 0 && row.momentum <= momentum
      const rows = Array.from({ length: curve.totalSteps }, (_, step) => curve.at(step))
      assert.deepStrictEqual(rows.filter((row) => !sound(row)), [])
    }))
  })

  it("goes one way along its warmup, from where it is told to the schedule's value", () => {
    fc.assert(fc.property(warmed, ({ curve, from, momentum, schedule, warmupSteps }) => {
      if (warmupSteps === 0) return
      const rows = Array.from({ length: warmupSteps + 1 }, (_, step) => curve.at(step))
      const target = Sequence.at(schedule, warmupSteps, curve.totalSteps)
      assert.deepStrictEqual(rows[0], {
        learningRate: from.from,
        biasLearningRate: from.biasFrom,
        momentum: Math.min(from.momentumFrom, momentum)
      })
      assert.deepStrictEqual(rows.at(-1), { learningRate: target, biasLearningRate: target, momentum })
      assert.isTrue(goesOneWay(rows.map(({ learningRate }) => learningRate)))
      assert.isTrue(goesOneWay(rows.map(({ biasLearningRate }) => biasLearningRate)))
      assert.isTrue(goesOneWay(rows.map(({ momentum }) => momentum)))
    }))
  })

  it("does not jump where its warmup ends", () => {
    fc.assert(fc.property(warmed, ({ curve, from, warmupSteps }) => {
      if (warmupSteps === 0) return
      const [before, at] = [curve.at(warmupSteps - 1), curve.at(warmupSteps)]
      for (const [name, start] of [["learningRate", from.from], ["biasLearningRate", from.biasFrom]] as const) {
        close(Math.abs(at[name] - before[name]), Math.abs(at[name] - start) / warmupSteps, 1e-11)
      }
    }))
  })

  it("is the schedule itself after its warmup", () => {
    fc.assert(fc.property(warmed, fc.nat(3000), ({ curve, momentum, schedule, warmupSteps }, later) => {
      const learningRate = Sequence.at(schedule, warmupSteps + later, curve.totalSteps)
      assert.deepStrictEqual(curve.at(warmupSteps + later), { learningRate, biasLearningRate: learningRate, momentum })
    }))
  })
})
