import type * as Length from "../../dsl/Length.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Lengths from "../optim/Lengths.ts"
import type { DataFacts, StartFacts, StartMissing } from "./Facts.ts"
import type { Finding } from "./Finding.ts"

const error = (rule: string, path: string, message: string): Finding => ({ rule, severity: "error", path, message })

const listed = (names: ReadonlyArray<string>): string => names.map((name) => `"${name}"`).join(", ")

const unknownClasses = ({ data }: Recipe.Recipe): ReadonlyArray<Finding> => {
  if (data._tag === "Shapes") {
    return data.classes === undefined ? [error("data/unknown", "data", "the facts of the generated images are missing")] : []
  }
  if (data.classes !== undefined) return []
  const about = data.about === undefined ? "" : ` (${data.about})`
  return [error(
    "data/unknown",
    "data",
    `where the data set "${data.name}"${about} lies is not known, so its classes are not either: name its folder with `
      + `--data ${data.name}=PATH, or state the data set's classes to plan without the data`
  )]
}

const unknownSteps = (recipe: Recipe.Recipe): ReadonlyArray<Finding> => {
  const how = recipe.data._tag !== "Shapes" ? `name the data's folder with --data ${recipe.data.name}=PATH, or ` : ""
  const check = (path: string, length: Length.Length): ReadonlyArray<Finding> =>
    length.epochs === undefined ? [] : [error(
      "data/unknown-steps",
      path,
      `how many steps ${length.epochs} epochs are cannot be known without the data: ${how}write { steps } instead`
    )]
  return [
    ...check("length", recipe.length),
    ...(recipe.warmup._tag === "None" ? [] : check("warmup.length", recipe.warmup.length)),
    ...Lengths.lengthsOf(recipe.schedule).flatMap(({ length, path }) => check(path, length))
  ]
}

const otherClasses = ({ data }: Recipe.Recipe, facts: DataFacts): ReadonlyArray<Finding> => {
  const stated = data.classes
  const same = stated === undefined
    || (stated.length === facts.classes.length && stated.every((name, index) => name === facts.classes[index]))
  return same ? [] : [error(
    "data/classes-differ",
    "data.classes",
    `the recipe states the classes ${listed(stated)}, the data has ${listed(facts.classes)}`
  )]
}

const noClasses = ({ data }: Recipe.Recipe, facts: DataFacts): ReadonlyArray<Finding> => {
  const where = data._tag === "Coco" ? "categories in its annotations" : "names in its data.yaml"
  return facts.classes.length > 0 ? [] : [error(
    "data/no-classes",
    "data",
    `the data "${facts.name}" names no class to detect: fill in ${where}`
  )]
}

/** Says what a plan lacks where the data is not at hand, and where the data is not what the recipe says. */
export const of = (recipe: Recipe.Recipe, facts: DataFacts | null): ReadonlyArray<Finding> =>
  facts === null
    ? [...unknownClasses(recipe), ...unknownSteps(recipe)]
    : [...noClasses(recipe, facts), ...otherClasses(recipe, facts)]

/** Says that trained weights cannot be had. */
export const ofStart = (start: StartFacts | StartMissing | null): ReadonlyArray<Finding> =>
  start === null || !("missing" in start)
    ? []
    : [error("model/start-unknown", "model.weights", `the weights cannot be had: ${start.missing}`)]
