/**
 * What a recipe comes to for the rooms that carry it out.
 */
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Making } from "../data/Batches.ts"
import * as Columns from "../data/Columns.ts"
import type { Source } from "../data/Source.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import * as Closing from "../plan/Closing.ts"
import * as Length from "../plan/Length.ts"
import type { Configuration } from "../step/Configuration.ts"

/** Counts the columns of a batch's padded ground truth. */
export const columnsOf = ({ augment }: Recipe.Recipe, facts: Source["facts"]): number => Columns.of(augment, facts.maxBoxes)

/** Says what a step is compiled for, without anything that is injected. */
export const configurationOf = (
  recipe: Recipe.Recipe,
  graph: TrainingGraph,
  { facts }: Pick<Source, "facts">,
  seed: number
): Configuration => ({
  graph,
  loss: recipe.loss,
  optimizer: recipe.optimizer,
  clip: recipe.clip,
  ema: recipe.ema._tag !== "Off",
  batch: recipe.batch,
  accumulate: recipe.accumulate.batches,
  maxBoxes: columnsOf(recipe, facts),
  seed,
  inject: null
})

/** Says how batches are made, of which a step takes one or accumulates several. */
export const makingOf = (recipe: Recipe.Recipe, source: Source, seed: number): Making => {
  const { accumulate: { batches }, augment, batch, feed, length, model } = recipe
  const stepsPerEpoch = Length.stepsPerEpoch(source.facts.images.train, batch * batches)
  const closingFrom = Closing.from(augment, { stepsPerEpoch, totalSteps: Length.steps(length, stepsPerEpoch) })
  return {
    source,
    feed,
    batch,
    input: model.input,
    augment,
    seed,
    maxBoxes: columnsOf(recipe, source.facts),
    batchesPerEpoch: stepsPerEpoch * batches,
    batchesPerStep: batches,
    closingFrom: (closingFrom ?? Infinity) * batches,
    badImage: null
  }
}
