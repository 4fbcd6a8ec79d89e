import { assert, describe, it } from "@effect/vitest"
import * as Clip from "../../../dsl/Clip.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import type { PlanDocument } from "../../../runtime/plan/PlanJson.ts"
import * as Difference from "../../../runtime/serve/Difference.ts"
import { recipe } from "../../dsl/recipes.ts"

type Arm = PlanDocument["arms"][number]

const node = (id: string, parameters = 1) => ({ id, op: "Concat", attributes: {}, inputs: [], shape: [1], parameters, flops: 0 })

const planOf = (nodes: ReadonlyArray<ReturnType<typeof node>>, data: string | null): Arm =>
  ({ identity: { recipe: "r", graph: "g", training: "t", data }, graph: { nodes } }) as unknown as Arm

describe("Difference", () => {
  it("names what another recipe, graph and data have otherwise", () => {
    const clipped = Recipe.with(recipe, { clip: Clip.globalNorm(3) })
    const found = Difference.of(
      { id: "a", recipe, plan: planOf([node("one"), node("two"), node("three")], "d1") },
      { id: "b", recipe: clipped, plan: planOf([node("one"), node("two", 9), node("four")], "d2") }
    )
    assert.deepStrictEqual(found.recipe?.map(({ path }) => path.split(".")[0]), ["clip"])
    assert.match(found.recipe?.[0]?.text ?? "", /^clip.* -> /)
    assert.deepStrictEqual(found.nodes, { added: ["four"], removed: ["three"], changed: ["two"] })
    assert.isTrue(found.data)
  })

  it("says nothing of what is not there", () => {
    const found = Difference.of({ id: "a", recipe: null, plan: null }, { id: "b", recipe, plan: planOf([], null) })
    assert.deepStrictEqual(found, { run: "b", recipe: null, nodes: null, data: null })
  })
})
