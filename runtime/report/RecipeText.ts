/**
 * A recipe's parts in words.
 */
import type * as Length from "../../dsl/Length.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { DataFacts } from "../plan/Facts.ts"
import type { Stage } from "../plan/UpdateStages.ts"
import * as Figure from "./Figure.ts"

/** Says a length in the unit that the author chose. */
export const length = (length: Length.Length): string =>
  length.steps === undefined ? Figure.plural(length.epochs, "epoch") : Figure.plural(length.steps, "step")

const classes = (names: ReadonlyArray<string>): string => {
  const shown = names.slice(0, 6).join(", ")
  return names.length === 1
    ? `1 class (${shown})`
    : `${names.length} classes (${shown}${names.length > 6 ? ", ..." : ""})`
}

/** Says what a recipe trains on, and what is known of it. */
export const data = ({ data }: Recipe.Recipe, facts: DataFacts | null): string => {
  const name = data._tag === "Shapes" ? `generated shapes, seed ${data.seed}` : `"${data.name}"`
  if (facts !== null) {
    const { train, val } = facts.images
    return `${name}: ${train} images to train on, ${val} to validate, ${classes(facts.classes)}`
  }
  if (data._tag === "Shapes") return `${name}: ${data.train} images to train on, ${data.val} to validate`
  return `${name}, which is not at hand here${data.classes === undefined ? "" : `: ${classes(data.classes)}`}`
}

/** Names a recipe's model. */
export const model = ({ model }: Recipe.Recipe): string =>
  `YOLOv8, depth ${Figure.chosen(model.depth)}, width ${Figure.chosen(model.width)}, ${model.input} px`

const optimizer = ({ optimizer: { momentum, nesterov, weightDecay } }: Recipe.Recipe): string =>
  `SGD, ${nesterov ? "Nesterov " : ""}momentum ${Figure.chosen(momentum)}`
  + (weightDecay === 0 ? "" : `, weight decay ${Figure.chosen(weightDecay)} on convolutions`)

/** Says what a stage of the update does under this recipe; null where its name says it. */
export const stage = (stage: Stage, recipe: Recipe.Recipe): string | null => {
  switch (stage) {
    case "clip":
      return recipe.clip._tag === "Off" ? null : `global norm at most ${Figure.chosen(recipe.clip.maxNorm)}`
    case "optimizer":
      return optimizer(recipe)
    case "ema":
      return recipe.ema._tag === "Off"
        ? null
        : `decay ${Figure.chosen(recipe.ema.decay)}, reached over about ${Figure.plural(recipe.ema.tau, "update")}`
    case "guard":
      return "a step that is not finite changes nothing"
    case "backward":
    case "finite":
    case "norm":
      return null
  }
}

/** Says how the learning rate goes, without its warmup. */
export const schedule = ({ schedule }: Recipe.Recipe): string => {
  if (schedule._tag === "Constant") return `constant ${Figure.chosen(schedule.value)}`
  const shape = schedule._tag === "Cosine" ? "cosine" : "linear"
  return `${shape} from ${Figure.chosen(schedule.peak)} to ${Figure.chosen(schedule.final)}`
}

/** Says how a recipe starts. */
export const warmup = ({ warmup }: Recipe.Recipe): string =>
  warmup._tag === "None" ? "no warmup" : `warmup over ${length(warmup.length)}`

const cadence = (every: Length.Length | null): string =>
  every === null ? "at the end" : `every ${length(every)} and at the end`

/** Says when a recipe evaluates and writes checkpoints. */
export const cadences = ({ checkpoint, evaluate }: Recipe.Recipe): string =>
  `mAP ${cadence(evaluate.every)}; checkpoint ${cadence(checkpoint.every)}`
