import { assert, describe, it } from "@effect/vitest"
import { Ema, Optimizer, Recipe } from "../../../dsl/index.ts"
import type { Cost } from "../../../runtime/graph/Cost.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import * as PlanJson from "../../../runtime/plan/PlanJson.ts"
import * as Snapshots from "../../../runtime/plan/Snapshots.ts"
import { initialState } from "../../../runtime/step/InitialState.ts"
import { recipe } from "../../dsl/recipes.ts"
import { facts } from "./facts.ts"

describe("Snapshots", () => {
  it("counts the bytes of all that a step carries to the next one, six times", () => {
    for (const ema of [Ema.off, Ema.exponential()]) {
      for (const optimizer of [Optimizer.sgd({ momentum: 0.9 }), Optimizer.adamw()]) {
        const arm = Plan.resolveArm("arm", Recipe.with(recipe, { ema, optimizer }), facts)
        if (arm.graph === null) return assert.fail("the recipe is refused")
        const { updates: _, ...state } = initialState(arm.graph, { seed: 0, ema: ema._tag !== "Off", optimizer })
        const bytes = Object.values(state).flat().reduce((sum, { data }) => sum + data.byteLength, 0)
        assert.deepStrictEqual(Snapshots.of(arm.cost as Cost, arm.recipe), { copies: 6, bytes: 6 * bytes })
        const document = PlanJson.plan({ experiment: "x", arms: [arm] })
        assert.strictEqual(document.arms[0]?.graph?.memory.snapshots, 6 * bytes)
      }
    }
  })
})
