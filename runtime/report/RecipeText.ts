/**
 * A recipe's parts in words.
 */
import type * as Length from "../../dsl/Length.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { DataFacts } from "../plan/Facts.ts"
import type { Stage } from "../plan/UpdateStages.ts"
import * as Figure from "./Figure.ts"
import * as LearningRateText from "./LearningRateText.ts"

/** Says a length in the unit that the author chose. */
export const length = LearningRateText.length

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
export const model = ({ model }: Recipe.Recipe): string => {
  const from = model.weights === undefined
    ? ""
    : model.weights._tag === "Run" ? `, from run ${model.weights.run}` : `, from ${model.weights.file}`
  const family = model._tag === "Yolo"
    ? `YOLOv8, depth ${Figure.chosen(model.depth)}, width ${Figure.chosen(model.width)}`
    : `classifier of ${Figure.plural(model.channels.length, "stage")} (${model.channels.join(", ")} channels)`
  return `${family}, ${model.input} px${from}`
}

const optimizer = ({ optimizer }: Recipe.Recipe): string => {
  const { weightDecay } = optimizer
  const kind = optimizer._tag === "Sgd"
    ? `SGD, ${optimizer.nesterov ? "Nesterov " : ""}momentum ${Figure.chosen(optimizer.momentum)}`
    : `${optimizer._tag}, betas ${Figure.chosen(optimizer.beta1)} and ${Figure.chosen(optimizer.beta2)}`
  return kind + (weightDecay === 0 ? "" : `, weight decay ${Figure.chosen(weightDecay)} on weights alone`)
}

/** Says what bounds the gradient; null where nothing does. */
export const clip = ({ clip }: Recipe.Recipe): string | null => {
  switch (clip._tag) {
    case "Off":
      return null
    case "GlobalNorm":
      return `global norm at most ${Figure.chosen(clip.maxNorm)}`
    case "PerLayer":
      return `root mean square of each tensor at most ${Figure.chosen(clip.maxRms)}`
    case "Adaptive":
      return `each unit at most ${Figure.chosen(clip.ratio)} of its weights' norm`
    case "Auto":
      return `global norm at most percentile ${Figure.chosen(clip.percentile)} of the last ${Figure.plural(clip.history, "norm")}`
    case "ZScore":
      return `global norm at most ${Figure.chosen(clip.threshold)} deviations above its running mean`
        + (clip.maxNorm === null ? "" : `, and at most ${Figure.chosen(clip.maxNorm)}`)
  }
}

/** Says what a stage of the update does under this recipe; null where its name says it. */
export const stage = (stage: Stage, recipe: Recipe.Recipe): string | null => {
  switch (stage) {
    case "clip":
      return clip(recipe)
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
export const schedule = ({ schedule }: Recipe.Recipe): string => LearningRateText.of(schedule)

/** Says how a recipe starts. */
export const warmup = ({ warmup }: Recipe.Recipe): string =>
  warmup._tag === "None" ? "no warmup" : `warmup over ${length(warmup.length)}`

const cadence = (every: Length.Length | null): string =>
  every === null ? "at the end" : `every ${length(every)} and at the end`

/** Says when a recipe evaluates and writes checkpoints. */
export const cadences = ({ checkpoint, evaluate }: Recipe.Recipe): string =>
  `mAP ${cadence(evaluate.every)}; checkpoint ${cadence(checkpoint.every)}`
