import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Clip, LearningRate, Optimizer, Recipe, Retry } from "../../../dsl/index.ts"
import * as Bisect from "../../../runtime/nightly/Bisect.ts"
import type { Candidate } from "../../../runtime/nightly/Revisions.ts"
import { recipe } from "../../dsl/recipes.ts"
import { samples } from "./made.ts"

const [calm, wild] = [Recipe.with(recipe, { clip: Clip.globalNorm(1) }), Recipe.with(recipe, { clip: Clip.globalNorm(2) })]
const peak = LearningRate.cosine({ peak: 0.5, final: 0.0001 })

const candidate = (commit: string, recipe: Recipe.Recipe, unread: ReadonlyArray<string> = []): Candidate => ({
  commit,
  recipe,
  training: trainingOf(recipe),
  unread
})

const trainingOf = ({ clip, optimizer, schedule }: Recipe.Recipe): string => JSON.stringify([clip, optimizer, schedule])

const [quiet, loud] = [samples([1, 1.01, 1.02, 1.03]), samples([2, 2.01, 2.02, 2.03])]

interface World {
  readonly isWorse: (recipe: Recipe.Recipe, measured: number) => boolean
  readonly most?: number
  readonly refused?: (recipe: Recipe.Recipe) => boolean
}

const search = (candidates: ReadonlyArray<Candidate>, { isWorse, most = Infinity, refused = () => false }: World) => {
  let made = 0
  return Bisect.run({
    metric: "loss",
    candidates,
    measure: ({ recipe }) =>
      made === most
        ? Effect.fail(new Bisect.Halted({ message: "the runs are spent" }))
        : Effect.sync(() => isWorse(recipe, made++) ? loud : quiet),
    trainingOf: (recipe) => Effect.succeed(refused(recipe) ? null : trainingOf(recipe))
  })
}

const hasPeak = ({ schedule }: Recipe.Recipe): boolean => schedule._tag === "Cosine" && schedule.peak === 0.5

const planted = Recipe.with(wild, { optimizer: Optimizer.adamw(), schedule: peak, retry: Retry.diagnosed() })

const row: ReadonlyArray<Candidate> = [
  candidate("a", recipe),
  candidate("b", calm),
  candidate("c", wild),
  candidate("d", planted, ["unread"]),
  candidate("e", Recipe.with(planted, { clip: Clip.globalNorm(3) }))
]

describe("Bisect", () => {
  it.effect("names the commit and the field", () =>
    Effect.gen(function*() {
      const found = yield* search(row, { isWorse: hasPeak })
      assert.deepInclude(found, { verdict: "found", good: "c", bad: "d", unread: ["unread"], together: [] })
      assert.deepStrictEqual(found.fields.map(({ path }) => path), ["schedule.peak"])
      assert.deepStrictEqual(found.measurements.slice(0, 4).map(({ commit, worse }) => [commit, worse]), [
        ["a", null], ["e", true], ["a", false], ["e", true]
      ])
    }))

  it.effect("says which other fields it takes", () =>
    Effect.gen(function*() {
      const found = yield* search(row, { isWorse: (recipe) => hasPeak(recipe) && recipe.optimizer._tag === "AdamW" })
      assert.deepStrictEqual([found.verdict, found.fields.map(({ path }) => path), found.together], ["found", ["schedule.peak"], ["optimizer"]])
    }))

  it.effect("names all fields between two recipes that can be planned", () =>
    Effect.gen(function*() {
      const refused = (recipe: Recipe.Recipe): boolean => hasPeak(recipe) !== (recipe.optimizer._tag === "AdamW")
      const found = yield* search(row, { isWorse: hasPeak, refused })
      assert.deepStrictEqual(found.fields.map(({ path }) => path), ["optimizer", "schedule.peak"])
    }))

  it.effect("believes nothing that does not repeat", () =>
    Effect.gen(function*() {
      const of = (isWorse: World["isWorse"]) => Effect.map(search(row, { isWorse }), ({ verdict }) => verdict)
      assert.strictEqual(yield* of(() => false), "held")
      assert.strictEqual(yield* of((_, measured) => measured === 1), "flaky")
      assert.strictEqual(yield* of((_, measured) => measured > 0), "flaky")
    }))

  it.effect("says how far it came where its runs are spent", () =>
    Effect.gen(function*() {
      const early = yield* search(row, { isWorse: hasPeak, most: 5 })
      assert.deepInclude(early, { verdict: "halted", good: "c", bad: "e" })
      assert.include(early.reason, "the runs are spent; 2 changes of the training lie between")
      const late = yield* search(row, { isWorse: hasPeak, most: 6 })
      assert.deepInclude(late, { verdict: "found", bad: "d", fields: [] })
      assert.include(late.reason, "and not the field")
    }))
})
