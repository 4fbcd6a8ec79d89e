import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Clip, Dataset, Model, Recipe, Warmup } from "../../../dsl/index.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import * as PlanJson from "../../../runtime/plan/PlanJson.ts"
import { recipe, recipes } from "../../dsl/recipes.ts"
import { facts } from "./facts.ts"

const calm = Recipe.with(recipe, { clip: Clip.globalNorm(1), warmup: Warmup.linear({ steps: 10 }) })
const cells = (classes?: ReadonlyArray<string>) =>
  Recipe.with(calm, { data: Dataset.yolo({ name: "cells", ...(classes === undefined ? {} : { classes }) }) })

const experiment = (arms: Readonly<Record<string, Recipe.Recipe>>) => ({
  name: "x",
  question: "?",
  arms,
  seeds: [0],
  expect: []
})

describe("Plan.resolveArm", () => {
  it("resolves a sound recipe", () => {
    const { cost, curve, findings, graph, schedule, update } = Plan.resolveArm("a", calm, facts)
    assert.deepStrictEqual(findings, [])
    assert.deepStrictEqual(schedule, { totalSteps: 100, warmupSteps: 10, stepsPerEpoch: 8 })
    assert.deepStrictEqual([curve?.totalSteps, curve?.warmupSteps], [100, 10])
    assert.deepStrictEqual(graph?.classes, facts.classes)
    assert.strictEqual(cost?.flopsPerStep, 3 * 8 * (cost?.flops ?? NaN))
    assert.deepStrictEqual(update, ["backward", "finite", "norm", "clip", "guard", "optimizer"])
  })

  it("counts epochs by the data, and makes at least one step", () => {
    const steps = (length: Recipe.Recipe["length"], batch: number) =>
      Plan.resolveArm("a", Recipe.with(calm, { length, batch, warmup: Warmup.none }), facts).schedule.totalSteps
    assert.strictEqual(steps({ epochs: 3 }, 8), 24)
    assert.strictEqual(steps({ epochs: 3 }, 30), 6)
    assert.strictEqual(steps({ epochs: 0.001 }, 8), 1)
  })

  it("has no graph where classes are not known, and no rows where steps are not", () => {
    const unknown = Plan.resolveArm("a", cells(), null)
    assert.deepStrictEqual(unknown.findings.map(({ rule }) => rule), ["data/unknown"])
    assert.deepStrictEqual([unknown.graph, unknown.cost], [null, null])
    assert.deepStrictEqual([unknown.identity.graph, unknown.identity.training], [null, null])
    assert.isNotNull(unknown.curve)
    const epochs = Plan.resolveArm("a", Recipe.with(cells(["red"]), { length: { epochs: 3 } }), null)
    assert.deepStrictEqual(epochs.schedule, { totalSteps: null, warmupSteps: 10, stepsPerEpoch: null })
    assert.deepStrictEqual([epochs.graph, epochs.curve], [null, null])
  })

  it("plans without the data where classes are stated and steps counted", () => {
    const away = Plan.resolveArm("a", cells(["red", "white"]), null)
    assert.deepStrictEqual(away.findings, [])
    assert.deepStrictEqual(away.graph?.classes, ["red", "white"])
    assert.deepStrictEqual(away.schedule, { totalSteps: 100, warmupSteps: 10, stepsPerEpoch: null })
    assert.isNull(away.identity.data)
    const here = Plan.resolveArm("a", cells(["red", "white"]), { ...facts, classes: ["red", "white"] })
    assert.deepStrictEqual({ ...here.identity, data: null }, away.identity)
  })

  it("makes an accepted warning advice, and no error runnable", () => {
    const bare = Recipe.with(recipe, { clip: Clip.off, warmup: Warmup.none })
    const accepted = Plan.resolveArm("a", Recipe.accept("clip/off-on-cold-start", "it is the question")(bare), facts)
    assert.deepStrictEqual(accepted.findings.map(({ severity }) => severity), ["advice"])
    assert.include(accepted.findings[0]?.message, "(accepted: it is the question)")
    const odd = Recipe.with(calm, { model: Model.yolo({ size: "n", input: 65 }) })
    const refused = Plan.resolveArm("a", Recipe.accept("model/input-not-multiple-of-stride", "please")(odd), facts)
    assert.deepStrictEqual(refused.findings.map(({ severity }) => severity), ["error"])
    assert.isNull(refused.graph)
  })

  it("plans any recipe that validation accepts, or says why not", () => {
    const inputs = fc.integer({ min: 1, max: 100 })
    fc.assert(
      fc.property(recipes, inputs, fc.boolean(), fc.boolean(), (recipe, input, fits, known) => {
        const fitting = Recipe.with(recipe, {
          batch: 8,
          length: { epochs: 2 },
          model: recipe.model._tag === "Yolo"
            ? { ...recipe.model, depth: Math.min(recipe.model.depth, 2), input: 32 * input }
            : { ...recipe.model, input }
        })
        const of = known ? { ...facts, classes: recipe.data.classes ?? facts.classes } : null
        const arm = Plan.resolveArm("a", fits ? fitting : recipe, of)
        const blocked = arm.findings.some(({ severity }) => severity === "error")
        assert.strictEqual(arm.graph === null, blocked)
        const document = PlanJson.plan({ experiment: "x", arms: [arm] })
        assert.deepStrictEqual(JSON.parse(JSON.stringify(document)), document)
      }),
      { numRuns: 60 }
    )
  })
})

describe("Plan.resolve", () => {
  it("resolves every arm, in order, with the facts of its own data", () => {
    const other = Recipe.with(calm, { data: Dataset.shapes({ train: 8, val: 8, seed: 1 }) })
    const { arms } = Plan.resolve(
      experiment({ b: calm, a: other, c: cells() }),
      (data) => data._tag !== "Shapes" ? undefined : { ...facts, images: { train: data.train, val: data.val } }
    )
    const steps = arms.map(({ arm, schedule }) => [arm, schedule.stepsPerEpoch])
    assert.deepStrictEqual(steps, [["b", 8], ["a", 1], ["c", null]])
  })
})

describe("Plan.isValid", () => {
  const planOf = (...arms: ReadonlyArray<Recipe.Recipe>): Plan.Plan =>
    Plan.resolve(experiment(Object.fromEntries(arms.map((arm, index) => [`arm ${index}`, arm]))), () => facts)
  const warned = Recipe.with(calm, { clip: Clip.off, warmup: Warmup.none })
  const wrong = Recipe.with(calm, { batch: 65 })

  it("lets warnings pass where it is not strict, advice always, errors never", () => {
    const accepted = Recipe.accept("clip/off-on-cold-start", "because")(warned)
    const cases = [
      [planOf(calm), true, true],
      [planOf(calm, warned), true, false],
      [planOf(accepted), true, true]
    ] as const
    for (const [plan, loose, strict] of cases) {
      assert.deepStrictEqual([Plan.isValid(plan), Plan.isValid(plan, { strict: true })], [loose, strict])
    }
    assert.isFalse(Plan.isValid(planOf(calm, wrong)))
    assert.isFalse(Plan.isValid(planOf(Recipe.accept("data/batch-larger-than-data", "because")(wrong))))
  })
})
