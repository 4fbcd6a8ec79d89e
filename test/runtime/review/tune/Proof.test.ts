import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { Clip, Dataset, Experiment, LearningRate, Model, Optimizer, Recipe } from "../../../../dsl/index.ts"
import * as Proof from "../../../../runtime/review/tune/Proof.ts"

const calm = Recipe.make({
  data: Dataset.shapes({ train: 8, val: 4, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.0625, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.1),
  batch: 4,
  length: { steps: 400 }
})
const wide = Recipe.with(calm, { batch: 8 })

const resolved = (arms: Readonly<Record<string, Recipe.Recipe>>, seeds = [0]): Experiment.Resolved =>
  Result.getOrThrow(Experiment.decode("tuned", { question: "Why?", arms, seeds, expect: [] }))

const wanted = { arm: "calm", change: { clip: Clip.globalNorm(5) } }
const before = resolved({ calm, wide })
const tuned = Recipe.with(calm, wanted.change)

const against = (after: Experiment.Resolved): string | null => Proof.against(before, after, wanted)

describe("Proof", () => {
  it("takes the advised fields of the advised arm, and nothing else", () => {
    assert.isNull(against(resolved({ calm: tuned, wide })))
    assert.strictEqual(against(resolved({ calm: tuned, wide }, [1])), "it would change more than an arm")
    assert.strictEqual(against(resolved({ wide, calm: tuned })), "it would change more than an arm")
    assert.strictEqual(against(resolved({ calm: tuned })), "it would change more than an arm")
    assert.match(against(resolved({ calm: tuned, wide: Recipe.with(wide, wanted.change) })) ?? "", /^it would change the arm "wide", too: clip/)
    assert.match(against(resolved({ calm: Recipe.with(tuned, { batch: 2 }), wide })) ?? "", /^it would come to something else: batch: 4 -> 2$/)
    assert.match(against(before) ?? "", /^it would come to something else: clip: Clip\.globalNorm\(5\) -> Clip\.off$/)
  })

  it("takes no other change, whatever it is", () => {
    const fields = fc.record({
      batch: fc.integer({ min: 1, max: 64 }),
      clip: fc.constantFrom(Clip.off, Clip.globalNorm(5), Clip.globalNorm(1)),
      schedule: fc.constantFrom(LearningRate.constant(0.1), LearningRate.constant(0.2))
    }, { requiredKeys: [] })
    fc.assert(fc.property(fields, fields, (one, other) => {
      const after = resolved({ calm: Recipe.with(calm, one), wide: Recipe.with(wide, other) })
      const exact = JSON.stringify(after) === JSON.stringify(resolved({ calm: tuned, wide }))
      assert.strictEqual(against(after) === null, exact)
    }))
  })
})
