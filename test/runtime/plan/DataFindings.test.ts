import { assert, describe, it } from "@effect/vitest"
import { Dataset, Recipe, Warmup } from "../../../dsl/index.ts"
import * as DataFindings from "../../../runtime/plan/DataFindings.ts"
import { recipe } from "../../dsl/recipes.ts"
import { facts } from "./facts.ts"

const cells = (options: { readonly classes?: ReadonlyArray<string>; readonly about?: string } = {}) =>
  Recipe.with(recipe, { data: Dataset.yolo({ name: "blood-cells", ...options }) })

describe("DataFindings.of", () => {
  it("says how to name data that is not at hand, and what it is", () => {
    assert.deepStrictEqual(DataFindings.of(cells({ about: "292 photographs" }), null), [{
      rule: "data/unknown",
      severity: "error",
      path: "data",
      message: `where the data set "blood-cells" (292 photographs) lies is not known, so its classes are not either: `
        + `name its folder with --data blood-cells=PATH, or state the data set's classes to plan without the data`
    }])
  })

  it("needs no data where classes and steps are stated", () => {
    assert.deepStrictEqual(DataFindings.of(cells({ classes: ["red", "white"] }), null), [])
  })

  it("says that epochs of unknown data cannot be counted, of the run and of its warmup", () => {
    const epochs = { length: { epochs: 3 }, warmup: Warmup.linear({ epochs: 0.5 }) }
    const findings = DataFindings.of(Recipe.with(cells({ classes: ["red"] }), epochs), null)
    assert.deepStrictEqual(findings.map(({ path, rule, severity }) => [rule, severity, path]), [
      ["data/unknown-steps", "error", "length"],
      ["data/unknown-steps", "error", "warmup.length"]
    ])
    assert.include(findings[0]?.message, "3 epochs")
    assert.include(findings[0]?.message, "--data blood-cells=PATH")
    const generated = DataFindings.of(Recipe.with(recipe, { ...epochs, warmup: Warmup.none }), null)
    assert.deepStrictEqual(generated.map(({ path }) => path), ["data", "length"])
    assert.notInclude(generated[1]?.message, "--data")
  })

  it("compares the stated classes with the data's, their order included", () => {
    const of = (classes: ReadonlyArray<string>) => DataFindings.of(cells({ classes }), facts)
    assert.deepStrictEqual(of(facts.classes), [])
    for (const classes of [["square", "circle", "triangle"], ["circle", "square"], [...facts.classes, "star"]]) {
      const stated = classes.map((name) => `"${name}"`).join(", ")
      assert.deepStrictEqual(of(classes), [{
        rule: "data/classes-differ",
        severity: "error",
        path: "data.classes",
        message: `the recipe states the classes ${stated}, the data has "circle", "square", "triangle"`
      }])
    }
  })

  it("refuses data without a class to detect", () => {
    const none = { ...facts, classes: [] }
    const coco = Recipe.with(recipe, { data: Dataset.coco({ name: "blood-cells" }) })
    const cases = [[cells(), "names in its data.yaml"], [coco, "categories in its annotations"]] as const
    for (const [recipe, where] of cases) {
      assert.deepStrictEqual(DataFindings.of(recipe, none).map(({ message, rule }) => [rule, message]), [
        ["data/no-classes", `the data "small" names no class to detect: fill in ${where}`]
      ])
    }
  })
})
