/**
 * What one run was made with otherwise than another.
 */
import type * as Recipe from "../../dsl/Recipe.ts"
import type { PlanDocument } from "../plan/PlanJson.ts"
import * as RecipeDiff from "../plan/RecipeDiff.ts"

/** A run as far as its folder tells; null for what is not there. */
export interface Side {
  readonly id: string
  readonly recipe: Recipe.Recipe | null
  readonly plan: PlanDocument["arms"][number] | null
}

type Nodes = NonNullable<PlanDocument["arms"][number]["graph"]>["nodes"]

const nodesOf = (before: Nodes, after: Nodes) => {
  const written = (nodes: Nodes) => new Map(nodes.map((node) => [node.id, JSON.stringify(node)]))
  const [then, now] = [written(before), written(after)]
  return {
    added: [...now.keys()].filter((id) => !then.has(id)),
    removed: [...then.keys()].filter((id) => !now.has(id)),
    changed: [...then].filter(([id, node]) => now.has(id) && now.get(id) !== node).map(([id]) => id)
  }
}

const dataOf = (before: string | null | undefined, after: string | null | undefined): boolean | null =>
  typeof before === "string" && typeof after === "string" ? before !== after : null

/** Lists what `after` has otherwise than `before`. */
export const of = (before: Side, after: Side) => ({
  run: after.id,
  recipe: before.recipe === null || after.recipe === null
    ? null
    : RecipeDiff.of(before.recipe, after.recipe).map((change) => ({ ...change, text: RecipeDiff.say(change) })),
  nodes: before.plan?.graph === undefined || before.plan.graph === null || after.plan?.graph === undefined || after.plan.graph === null
    ? null
    : nodesOf(before.plan.graph.nodes, after.plan.graph.nodes),
  data: dataOf(before.plan?.identity.data, after.plan?.identity.data)
})
