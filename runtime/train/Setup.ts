/**
 * What a recipe comes to for the rooms that carry it out.
 */
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Making } from "../data/Batches.ts"
import type { Source } from "../data/Source.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import type { Configuration } from "../step/Configuration.ts"

/** Says what a step is compiled for. */
export const configurationOf = (
  recipe: Recipe.Recipe,
  graph: TrainingGraph,
  source: Source,
  seed: number
): Configuration => ({
  graph,
  loss: recipe.loss,
  optimizer: recipe.optimizer,
  ema: recipe.ema._tag !== "Off",
  batch: recipe.batch,
  maxBoxes: source.facts.maxBoxes,
  seed
})

/** Says how batches are made. */
export const makingOf = (recipe: Recipe.Recipe, source: Source, seed: number): Making => ({
  source,
  batch: recipe.batch,
  input: recipe.model.input,
  augment: recipe.augment,
  seed,
  maxBoxes: source.facts.maxBoxes
})
