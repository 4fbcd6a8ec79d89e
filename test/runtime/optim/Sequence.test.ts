import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as fs from "node:fs"
import * as path from "node:path"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import type * as Lengths from "../../../runtime/optim/Lengths.ts"
import * as Sequence from "../../../runtime/optim/Sequence.ts"
import * as Shape from "../../../runtime/optim/Shape.ts"
import { close, extremes, goesOneWay, rate, resolved, schedules, sequences, singles, totalSteps } from "./schedules.ts"

const riseAndFall = resolved(LearningRate.sequence([
  { schedule: LearningRate.linear({ peak: 4, final: 10 }), length: { steps: 3000 } },
  { schedule: LearningRate.linear({ peak: 10, final: 2 }) }
]))

interface Reference {
  readonly schedule: LearningRate.LearningRate
  readonly total: number
  readonly rates: ReadonlyArray<number>
}

const references = JSON.parse(
  fs.readFileSync(path.resolve(import.meta.dirname, "../../reference/schedules.json"), "utf8")
) as Readonly<Record<string, Reference>>

describe("PyTorch's", () => {
  for (const [name, { rates, schedule, total }] of Object.entries(references)) {
    it(`${name} takes the same rates`, () => {
      // A schedule falls to less than a rounding of its peak, so that a difference is also one of the peak.
      const floor = 1e-15 * Math.max(...rates)
      assert.isAbove(rates.length, 5)
      rates.forEach((rate, step) =>
        close(Sequence.at(resolved(schedule), step, total), rate, 1e-12 * rate + floor))
    })
  }
})

describe("Sequence.at", () => {
  it("goes over from a rise to a fall that ends where the training does", () => {
    const expected = [[0, 4], [1000, 6], [3000, 10], [5000, 7.714285714], [10_000, 2], [20_000, 2]] as const
    for (const [step, rate] of expected) {
      close(Sequence.at(riseAndFall, step, 10_000), rate, 5e-10)
    }
  })

  it("ends where the training does, with whichever part that falls into", () => {
    assert.deepStrictEqual([0, 1000, 1500, 9000].map((step) => Sequence.at(riseAndFall, step, 1500)), [4, 6, 7, 7])
    assert.deepStrictEqual([2000, 3000].map((step) => Sequence.at(riseAndFall, step, 3000)), [8, 10])
  })

  it("runs every part as if it were alone", () => {
    fc.assert(fc.property(sequences, totalSteps, (sequence, total) => {
      if (sequence._tag !== "Sequence") return
      let from = 0
      for (const { length, schedule } of sequence.parts) {
        const own = length?.steps ?? total - from
        const end = Math.min(total, from + own)
        const steps = Array.from({ length: Math.max(0, end - from) }, (_, step) => step)
        const differing = steps.filter((step) =>
          Sequence.at(sequence, from + step, total) !== Shape.at(schedule, step, own)
        )
        assert.deepStrictEqual(differing, [])
        from += own
      }
    }))
  })
})

describe("Any schedule", () => {
  it("stays between its extremes, and keeps after its length what it takes at its end", () => {
    fc.assert(fc.property(schedules, totalSteps, (schedule, total) => {
      const ends = extremes(schedule)
      const [low, high] = [Math.min(...ends), Math.max(...ends)]
      const rates = Array.from({ length: total + 1 }, (_, step) => Sequence.at(schedule, step, total))
      assert.deepStrictEqual(rates.filter((rate) => !(rate >= low && rate <= high && rate >= 0)), [])
      const last = rates.at(-1)
      assert.deepStrictEqual([1, total].map((more) => Sequence.at(schedule, total + more, total)), [last, last])
    }))
  })

  it("goes one way between its turns, which are found in order", () => {
    fc.assert(fc.property(schedules, totalSteps, (schedule, total) => {
      const turns = Sequence.turns(schedule, total)
      assert.deepStrictEqual(turns, turns.toSorted((left, right) => left - right))
      assert.deepStrictEqual(turns.filter((step) => step <= 0 || step >= total), [])
      const bounds = [0, ...turns, total]
      for (const [index, from] of bounds.slice(0, -1).entries()) {
        const to = bounds[index + 1] ?? total
        const rates = Array.from({ length: to - from }, (_, step) => Sequence.at(schedule, from + step, total))
        assert.isTrue(goesOneWay(rates), `${JSON.stringify(schedule)} from ${from} to ${to} of ${total}`)
      }
    }))
  })
})

const endpoints = fc.constantFrom(LearningRate.linear, LearningRate.cosine)

/** Parts each of which begins where the one before ends. */
const joined = fc.tuple(
  fc.array(rate, { minLength: 3, maxLength: 5 }),
  fc.array(fc.tuple(endpoints, fc.integer({ min: 1, max: 300 })), { minLength: 4, maxLength: 4 })
).map(([rates, kinds]) => {
  const parts = rates.slice(0, -1).flatMap((peak, index) => {
    const [make, steps] = kinds[index] ?? [LearningRate.linear, 1]
    return [{ schedule: make({ peak, final: rates[index + 1] ?? 0 }), length: { steps } }]
  })
  const total = parts.reduce((sum, { length }) => sum + length.steps, 0)
  const last = parts.at(-1)
  const schedule: Lengths.Resolved = {
    _tag: "Sequence",
    parts: [...parts.slice(0, -1), ...(last === undefined ? [] : [{ schedule: last.schedule }])]
  }
  return { rates, parts, total, schedule }
})

describe("Sequence.seams", () => {
  it("tells the rates on both sides of every joint", () => {
    assert.deepStrictEqual(Sequence.seams(riseAndFall, 10_000), [{ step: 3000, before: 10, after: 10 }])
    const apart = resolved(LearningRate.sequence([
      { schedule: LearningRate.cosine({ peak: 0.1, final: 0.01 }), length: { epochs: 2 } },
      { schedule: LearningRate.step({ peak: 0.5, factor: 0.5, every: { steps: 5 } }), length: { steps: 10 } },
      { schedule: LearningRate.constant(0.2) }
    ]))
    assert.deepStrictEqual(Sequence.seams(apart, 100), [
      { step: 16, before: 0.01, after: 0.5 },
      { step: 26, before: 0.125, after: 0.2 }
    ])
  })

  it("leaves out parts that no step is left for, and schedules without parts", () => {
    assert.deepStrictEqual(Sequence.seams(riseAndFall, 3000), [])
    assert.lengthOf(Sequence.seams(riseAndFall, 3001), 1)
    fc.assert(fc.property(singles, totalSteps, (schedule, total) => {
      assert.deepStrictEqual(Sequence.seams(schedule, total), [])
    }))
  })

  it("are no jumps where each part begins with what the one before ends at, nor are the steps around them", () => {
    fc.assert(fc.property(joined, ({ parts, rates, schedule, total }) => {
      const seams = Sequence.seams(schedule, total)
      assert.lengthOf(seams, parts.length - 1)
      for (const [index, { after, before, step }] of seams.entries()) {
        assert.strictEqual(before + 0, rates[index + 1])
        assert.strictEqual(after + 0, rates[index + 1])
        assert.strictEqual(Sequence.at(schedule, step, total), after)
        const steps = parts[index]?.length.steps ?? NaN
        const way = Math.abs(before - (rates[index] ?? NaN))
        assert.isAtMost(Math.abs(after - Sequence.at(schedule, step - 1, total)), way / steps + 1e-12)
      }
    }))
  })
})
