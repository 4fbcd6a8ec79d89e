/**
 * Recipes between two: the earlier one, with some of its fields as the later one has them.
 */
import type * as Recipe from "../../dsl/Recipe.ts"
import * as RecipeDiff from "../plan/RecipeDiff.ts"

/** A field of a recipe that changes, with all that changes in it. */
export interface Field {
  readonly name: keyof Recipe.Recipe
  readonly changes: ReadonlyArray<RecipeDiff.Change>
}

const nameOf = ({ path }: RecipeDiff.Change): keyof Recipe.Recipe => path.split(".")[0] as keyof Recipe.Recipe

/** Lists the fields that change what is trained. */
export const fields = (before: Recipe.Recipe, after: Recipe.Recipe): ReadonlyArray<Field> =>
  [...Map.groupBy(RecipeDiff.of(before, after), nameOf)].map(([name, changes]) => ({ name, changes }))

/** Takes some fields of a recipe from another one. */
export const of = (before: Recipe.Recipe, after: Recipe.Recipe, taken: ReadonlyArray<Field>): Recipe.Recipe => ({
  ...before,
  ...Object.fromEntries(taken.map(({ name }) => [name, after[name]]))
})
