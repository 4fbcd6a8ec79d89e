import { assert, describe, it } from "@effect/vitest"
import { Dataset, Recipe } from "../../../dsl/index.ts"
import * as RecipeText from "../../../runtime/report/RecipeText.ts"
import * as Samples from "./samples.ts"

const recipe = Samples.clipAndWarmup

describe("RecipeText", () => {
  it("says what a recipe does in the author's units", () => {
    assert.strictEqual(RecipeText.length({ steps: 150 }), "150 steps")
    assert.strictEqual(RecipeText.length({ epochs: 1 }), "1 epoch")
    assert.strictEqual(RecipeText.schedule(recipe), "cosine from 0.1 to 0.001")
    assert.strictEqual(RecipeText.warmup(recipe), "warmup over 50 steps")
    assert.strictEqual(RecipeText.cadences(recipe), "mAP every 50 steps and at the end; checkpoint at the end")
    assert.strictEqual(RecipeText.model(recipe), "YOLOv8, depth 0.33, width 0.125, 64 px")
  })

  it("says what a stage does, and nothing where its name says it", () => {
    assert.strictEqual(RecipeText.stage("clip", recipe), "global norm at most 1")
    assert.strictEqual(
      RecipeText.stage("optimizer", recipe),
      "SGD, Nesterov momentum 0.937, weight decay 5e-4 on convolutions"
    )
    assert.isNull(RecipeText.stage("norm", recipe))
  })

  it("says what is known of data, at hand or not", () => {
    const [arm] = Samples.plan.arms
    assert.strictEqual(
      RecipeText.data(recipe, arm?.facts ?? null),
      "generated shapes, seed 7: 256 images to train on, 64 to validate, 3 classes (circle, square, triangle)"
    )
    const elsewhere = Recipe.with(recipe, { data: Dataset.yolo({ name: "blood" }) })
    assert.strictEqual(RecipeText.data(elsewhere, null), "\"blood\", which is not at hand here")
  })
})
