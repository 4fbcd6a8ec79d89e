/**
 * The network of a recipe, by its family.
 */
import type * as Recipe from "../../dsl/Recipe.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import * as Classifier from "./classifier/Classifier.ts"
import * as Yolo from "./yolo/Yolo.ts"

/** Lays out a recipe's model for a list of classes. */
export const build = (
  { dropout, model }: Pick<Recipe.Recipe, "dropout" | "model">,
  classes: ReadonlyArray<string>
): TrainingGraph =>
  model._tag === "Yolo" ? Yolo.build(model, classes) : Classifier.build(model, classes, dropout._tag === "Off" ? 0 : dropout.share)
