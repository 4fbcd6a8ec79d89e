import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Lengths from "../../../runtime/optim/Lengths.ts"
import * as Schedules from "../../dsl/schedules.ts"

const sequence = LearningRate.sequence([
  {
    schedule: LearningRate.warmupStableDecay({ peak: 1, final: 0, warmup: { epochs: 1 }, decay: { steps: 7 } }),
    length: { epochs: 3 }
  },
  { schedule: LearningRate.step({ peak: 1, factor: 0.5, every: { epochs: 0.25 } }), length: { steps: 30 } },
  {
    schedule: LearningRate.piecewise({
      start: 1,
      multiply: [{ at: { epochs: 1 }, by: 2 }, { at: { epochs: 2 }, by: 0.5 }]
    })
  }
])

describe("Lengths.lengthsOf", () => {
  it("lists every length of a schedule with its path in the recipe", () => {
    assert.deepStrictEqual(Lengths.lengthsOf(sequence).map(({ length, path }) => [path, length]), [
      ["schedule.parts.0.schedule.warmup", { epochs: 1 }],
      ["schedule.parts.0.schedule.decay", { steps: 7 }],
      ["schedule.parts.0.length", { epochs: 3 }],
      ["schedule.parts.1.schedule.every", { epochs: 0.25 }],
      ["schedule.parts.1.length", { steps: 30 }],
      ["schedule.parts.2.schedule.multiply.0.at", { epochs: 1 }],
      ["schedule.parts.2.schedule.multiply.1.at", { epochs: 2 }]
    ])
    assert.deepStrictEqual(Lengths.lengthsOf(LearningRate.inverseSquareRoot({ peak: 1, warmup: { steps: 3 } })), [
      { path: "schedule.warmup", length: { steps: 3 } }
    ])
    assert.deepStrictEqual(Lengths.lengthsOf(LearningRate.oneCycle({ peak: 1 })), [])
  })
})

const inEither = fc.oneof(
  fc.record({ steps: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ epochs: fc.integer({ min: 1, max: 100 }).map((eighths) => eighths / 8) })
)

const schedules = Schedules.schedules({ rate: fc.constant(0.1), length: inEither })

/** Walks through plain data and replaces every `{ epochs }` by its steps. */
const replaced = (value: unknown, stepsPerEpoch: number): unknown => {
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, stepsPerEpoch))
  if (typeof value !== "object" || value === null) return value
  if ("epochs" in value) return { steps: Math.max(1, Math.round(Number(value.epochs) * stepsPerEpoch)) }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, stepsPerEpoch)]))
}

describe("Lengths.resolved", () => {
  it("writes a schedule's lengths in steps: rounded, and at least one", () => {
    const every = (epochs: number, stepsPerEpoch: number): unknown => {
      const steps = Lengths.resolved(LearningRate.step({ peak: 1, factor: 0.5, every: { epochs } }), stepsPerEpoch)
      return steps?._tag === "Step" ? steps.every : null
    }
    assert.deepStrictEqual([every(3, 13), every(0.5, 13), every(0.4, 13), every(0.01, 13)], [
      { steps: 39 },
      { steps: 7 },
      { steps: 5 },
      { steps: 1 }
    ])
  })

  it("changes nothing but lengths in epochs, and finds them all", () => {
    fc.assert(fc.property(schedules, fc.integer({ min: 1, max: 50 }), (schedule, steps) => {
      assert.deepStrictEqual<unknown>(Lengths.resolved(schedule, steps), replaced(schedule, steps))
    }))
  })

  it("is null exactly where a length is in epochs and their steps are not known", () => {
    fc.assert(fc.property(schedules, (schedule) => {
      const unknown = JSON.stringify(schedule).includes("\"epochs\"")
      assert.deepStrictEqual<unknown>(Lengths.resolved(schedule, null), unknown ? null : schedule)
    }))
  })
})
