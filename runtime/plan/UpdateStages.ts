import type * as Recipe from "../../dsl/Recipe.ts"

/** What happens to a gradient on its way to the weights. Only the resolver orders it; no recipe can. */
export type Stage = "backward" | "finite" | "norm" | "clip" | "guard" | "optimizer" | "ema"

/**
 * Lists the stages of a recipe's update in their order. The norm is measured with clipping off too; `guard` keeps all
 * state as it was where a step is not finite, so it stands before whatever changes state.
 */
export const of = (recipe: Pick<Recipe.Recipe, "clip" | "ema">): ReadonlyArray<Stage> => [
  "backward",
  "finite",
  "norm",
  ...(recipe.clip._tag === "Off" ? [] : ["clip"] as const),
  "guard",
  "optimizer",
  ...(recipe.ema._tag === "Off" ? [] : ["ema"] as const)
]
