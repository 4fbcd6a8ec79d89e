import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  Accumulate,
  Augment,
  Checkpoint,
  Clip,
  Dataset,
  Ema,
  Feed,
  Host,
  LearningRate,
  Model,
  Recipe,
  Remedy,
  Retry,
  Warmup
} from "../../../dsl/index.ts"
import * as RecipeDiff from "../../../runtime/plan/RecipeDiff.ts"
import { options, recipe, recipes } from "../../dsl/recipes.ts"

type Fields = Parameters<typeof Recipe.with>[1]

/** What changes from one set of fields to another, as a person reads it. */
const said = (before: Fields, after: Fields): ReadonlyArray<string> =>
  RecipeDiff.of(Recipe.with(recipe, before), Recipe.with(recipe, after)).map(RecipeDiff.say)

describe("RecipeDiff.of", () => {
  it("lists single values by their paths", () => {
    const schedule = LearningRate.cosine({ peak: 0.02, final: 0.0002 })
    assert.deepStrictEqual(RecipeDiff.of(recipe, Recipe.with(recipe, { schedule, batch: 16 })), [
      { path: "schedule.final", before: 0.0001, after: 0.0002 },
      { path: "schedule.peak", before: 0.01, after: 0.02 },
      { path: "batch", before: 8, after: 16 }
    ])
  })

  const cases: ReadonlyArray<readonly [before: Fields, after: Fields, said: ReadonlyArray<string>]> = [
    [{}, { clip: Clip.globalNorm(1) }, ["clip: Clip.off -> Clip.globalNorm(1)"]],
    [{ clip: Clip.globalNorm(1) }, { clip: Clip.globalNorm(0.5) }, ["clip.maxNorm: 1 -> 0.5"]],
    [{ clip: Clip.zscore() }, { clip: Clip.zscore({ maxNorm: null }) }, ["clip.maxNorm: 1 -> null"]],
    [{ clip: Clip.auto() }, { clip: Clip.auto({ percentile: 10 }) }, []],
    [{}, { warmup: Warmup.linear({ epochs: 3 }) }, ["warmup: Warmup.none -> Warmup.linear({ epochs: 3 })"]],
    [{ warmup: Warmup.linear({ steps: 9 }) }, { warmup: Warmup.linear({ epochs: 3 }) }, [
      "warmup.length: { steps: 9 } -> { epochs: 3 }"
    ]],
    [{ warmup: Warmup.linear({ steps: 9 }) }, { warmup: Warmup.linear({ steps: 18 }) }, ["warmup.length.steps: 9 -> 18"]],
    [{}, { accumulate: Accumulate.batches(2), ema: Ema.exponential() }, [
      "ema: Ema.off -> Ema.exponential()",
      "accumulate.batches: 1 -> 2"
    ]],
    [{}, { augment: Augment.standard({ mosaic: 0 }) }, ["augment.mosaic: 1 -> 0"]],
    [{}, { feed: Feed.make({ quarantine: ["a.jpg"] }) }, [`feed.quarantine: [] -> ["a.jpg"]`]],
    [{ feed: Feed.make({ quarantine: ["a.jpg"] }) }, { feed: Feed.make({ quarantine: ["b.jpg"] }) }, [
      `feed.quarantine.0: "a.jpg" -> "b.jpg"`
    ]],
    [{ feed: Feed.make({ skip: [{ from: 3, steps: 1 }] }) }, { feed: Feed.make({ skip: [{ from: 3, steps: 2 }] }) }, [
      "feed.skip.0.steps: 1 -> 2"
    ]],
    [{}, { checkpoint: Checkpoint.every({ steps: 50 }) }, ["checkpoint.every: null -> { steps: 50 }"]],
    [{}, { host: Host.make({ time: "1 hour" }) }, [`host.time: null -> "1 hour"`]],
    [{}, { data: Dataset.shapes({ ...options.data, classes: ["circle"] }) }, [`data.classes: none -> ["circle"]`]],
    [{}, { model: Model.from({ run: "a-1" }, options.model) }, [`model.weights: none -> { run: "a-1" }`]],
    [{}, { retry: Retry.on({ ...Retry.never.on, NonFinite: Retry.climb(Remedy.tightenClip()) }) }, [
      "retry.on.NonFinite: Retry.stop -> Retry.climb(Remedy.tightenClip())"
    ]],
    [{ retry: Retry.ladder(Remedy.tightenClip()) }, { retry: Retry.ladder(Remedy.reorder) }, [
      "DataFault",
      "Diverged",
      "EngineFault",
      "NonFinite",
      "OutOfMemory"
    ].map((tag) => `retry.on.${tag}.rungs.0.0: Remedy.tightenClip() -> Remedy.reorder`)]
  ]

  for (const [before, after, expected] of cases) {
    it(`says ${expected[0] ?? "nothing where a default is written out"}`, () =>
      assert.deepStrictEqual(said(before, after), expected))
  }

  it("compares a sequence part by part, and as a whole where it has other parts", () => {
    const first = { schedule: LearningRate.constant(0.1), length: { steps: 10 } }
    const last = { schedule: LearningRate.linear({ peak: 0.1, final: 0 }) }
    const schedule = LearningRate.sequence([first, last])
    assert.deepStrictEqual(
      said({ schedule }, {
        schedule: LearningRate.sequence([
          { ...first, length: { steps: 20 } },
          { schedule: LearningRate.cosine({ peak: 0.1, final: 0 }) }
        ])
      }),
      [
        "schedule.parts.0.length.steps: 10 -> 20",
        "schedule.parts.1.schedule: LearningRate.linear({ peak: 0.1, final: 0 }) -> "
        + "LearningRate.cosine({ peak: 0.1, final: 0 })"
      ]
    )
    const [longer] = RecipeDiff.of(
      Recipe.with(recipe, { schedule }),
      Recipe.with(recipe, { schedule: LearningRate.sequence([first, first, last]) })
    )
    assert.strictEqual(longer?.path, "schedule.parts")
  })
})

describe("Any two recipes", () => {
  it("differ nowhere if they are one, whatever the order of their keys", () => {
    fc.assert(fc.property(recipes, (recipe) => {
      const turned = Object.fromEntries(Object.entries(recipe).toReversed()) as unknown as Recipe.Recipe
      assert.deepStrictEqual(RecipeDiff.of(recipe, turned), [])
    }))
  })

  it("differ in the same places whichever comes first, each once, and can be said", () => {
    fc.assert(fc.property(recipes, recipes, (left, right) => {
      const there = RecipeDiff.of(left, right)
      const back = RecipeDiff.of(right, left)
      assert.deepStrictEqual(back, there.map(({ after, before, path }) => ({ path, before: after, after: before })))
      assert.strictEqual(new Set(there.map(({ path }) => path)).size, there.length)
      for (const change of there) assert.match(RecipeDiff.say(change), /^\S+: .+ -> .+$/)
    }))
  })

  it("differ in those fields alone that are not the same", () => {
    fc.assert(fc.property(recipes, recipes, (left, right) => {
      const named = new Set(RecipeDiff.of(left, right).map(({ path }) => path.split(".")[0]))
      const fields = Object.keys(Recipe.Recipe.fields) as ReadonlyArray<keyof Recipe.Recipe>
      const other = fields.filter((field) => JSON.stringify(left[field]) !== JSON.stringify(right[field]))
      for (const field of named) assert.include(other, field)
    }))
  })
})
