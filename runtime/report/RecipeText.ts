/**
 * A recipe's parts in words.
 */
import * as Host from "../../dsl/Host.ts"
import type * as Length from "../../dsl/Length.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { DataFacts } from "../plan/Facts.ts"
import * as Notation from "../plan/Notation.ts"
import * as Skips from "../plan/Skips.ts"
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

const mostNames = 3

const some = (names: ReadonlyArray<string>): string =>
  names.length > mostNames ? `${names.slice(0, mostNames).join(", ")}, ...` : names.join(", ")

const skipText = (skip: Recipe.Recipe["feed"]["skip"]): string => {
  const skips = Skips.merged(skip)
  const only = skips.length === 1 && skips[0]?.steps === 1
  const ranges = skips.map(({ from, steps }) => steps === 1 ? String(from) : `${from} to ${from + steps - 1}`)
  return `without the batches of ${only ? "step" : "steps"} ${some(ranges)}`
}

/** Says what of the training images is not shown, or not in the usual order; null where all are. */
export const feed = ({ feed: { order, quarantine, skip } }: Recipe.Recipe): string | null => {
  const names = [...new Set(quarantine)]
  const said = [
    ...(names.length === 0 ? [] : [`${Figure.plural(names.length, "image")} in quarantine (${some(names)})`]),
    ...(skip.length === 0 ? [] : [skipText(skip)]),
    ...(order === 0 ? [] : [`shuffled by order ${order}`])
  ]
  return said.length === 0 ? null : said.join(", ")
}

/** Names a recipe's network, whatever its weights start from. */
export const network = ({ model }: Recipe.Recipe): string => {
  const family = model._tag === "Yolo"
    ? `YOLOv8, depth ${Figure.chosen(model.depth)}, width ${Figure.chosen(model.width)}`
    : `classifier of ${Figure.plural(model.channels.length, "stage")} (${model.channels.join(", ")} channels)`
  return `${family}, ${model.input} px`
}

/** Says what the weights start from; null where they start at random. */
export const start = ({ model: { weights } }: Recipe.Recipe): string | null => {
  if (weights === undefined) return null
  return weights._tag === "Run" ? `run ${weights.run}` : weights.file
}

/** Names a recipe's model, and the weights that it starts from. */
export const model = (recipe: Recipe.Recipe): string => {
  const from = start(recipe)
  return network(recipe) + (from === null ? "" : `, from ${from}`)
}

/** Says what is minimised. */
export const loss = ({ loss }: Recipe.Recipe): string =>
  loss._tag === "YoloV8"
    ? `v8: box ${Figure.chosen(loss.box)}, class ${Figure.chosen(loss.class)}, distribution ${Figure.chosen(loss.dfl)}`
    : `binary cross entropy${loss.smoothing === 0 ? "" : `, targets smoothed by ${Figure.chosen(loss.smoothing)}`}`

/** Says how training images are changed. */
export const augment = ({ augment }: Recipe.Recipe): string => {
  if (augment._tag === "Off") return "off"
  const { closing, flip, hue, mosaic, saturation, scale, translate, value } = augment
  const changes = Object.entries({ hue, saturation, value, flip, translate, scale, mosaic })
    .filter(([, share]) => share > 0)
    .map(([name, share]) => `${name} ${Figure.chosen(share)}`)
  if (changes.length === 0) return "off"
  return changes.join(", ") + (mosaic > 0 ? ` but for the last ${length(closing)}` : "")
}

/** Says what a step of the optimizer sees. */
export const step = ({ accumulate: { batches }, batch }: Recipe.Recipe): string =>
  batches === 1 ? Figure.plural(batch, "image") : `${batches} batches of ${Figure.plural(batch, "image")}`

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
      return `global norm at most percentile ${Figure.chosen(clip.percentile)} of the last ${
        Figure.plural(clip.history, "norm")
      }`
    case "ZScore":
      return `global norm at most ${Figure.chosen(clip.threshold)} deviations above its running mean`
        + (clip.maxNorm === null ? "" : `, and at most ${Figure.chosen(clip.maxNorm)}`)
  }
}

/** Says what a stage of the update does under this recipe. */
export const stage = (stage: Stage, recipe: Recipe.Recipe): string => {
  switch (stage) {
    case "backward":
      return `gradient of the mean loss of ${step(recipe)}`
    case "finite":
      return "are loss and gradient numbers?"
    case "norm":
      return "global norm of the gradient, measured before clipping"
    case "clip":
      return clip(recipe) ?? "off"
    case "guard":
      return "a step that is not finite changes nothing"
    case "optimizer":
      return optimizer(recipe)
    case "ema":
      return recipe.ema._tag === "Off"
        ? "off"
        : `decay ${Figure.chosen(recipe.ema.decay)}, reached over about ${Figure.plural(recipe.ema.tau, "update")}`
  }
}

/** Says how the learning rate goes, without its warmup. */
export const schedule = ({ schedule }: Recipe.Recipe): string => LearningRateText.of(schedule)

/** Says how a recipe starts. */
export const warmup = ({ warmup }: Recipe.Recipe): string =>
  warmup._tag === "None" ? "no warmup" : `warmup over ${length(warmup.length)}`

/** Says where a warmup starts from; null where there is none. */
export const warmupStart = ({ optimizer, warmup }: Recipe.Recipe): string | null => {
  if (warmup._tag === "None") return null
  const rates = `from ${Figure.chosen(warmup.from)}, biases from ${Figure.chosen(warmup.biasFrom)}`
  // Adam's moments are not warmed up.
  return optimizer._tag === "Sgd"
    ? `${rates}, momentum from ${Figure.chosen(Math.min(warmup.momentumFrom, optimizer.momentum))}`
    : rates
}

const interval = (every: Length.Length): string =>
  every.steps === 1 ? "every step" : every.epochs === 1 ? "every epoch" : `every ${length(every)}`

const cadence = (every: Length.Length | null): string =>
  every === null ? "at the end" : `${interval(every)} and at the end`

const metric = ({ model }: Recipe.Recipe): string => model._tag === "Yolo" ? "mAP" : "accuracy"

/** Says when a recipe evaluates and writes checkpoints. */
export const cadences = (recipe: Recipe.Recipe): string =>
  `${metric(recipe)} ${cadence(recipe.evaluate.every)}; checkpoint ${cadence(recipe.checkpoint.every)}`
  + (recipe.checkpoint.keep === null ? "" : `, of which ${recipe.checkpoint.keep} stay`)

const names = { map: "mAP", map50: "mAP50", accuracy: "accuracy" } as const

/** Says when a training may end before its length; null where it may not. */
export const earlyStop = (recipe: Recipe.Recipe): string | null => {
  const { earlyStop } = recipe
  if (earlyStop._tag === "Off") return null
  const { delta, evaluations } = earlyStop
  const watched = earlyStop.metric === null ? metric(recipe) : names[earlyStop.metric]
  return `after ${Figure.plural(evaluations, "evaluation")} in a row without a better ${watched}`
    + (delta === 0 ? "" : `, by more than ${Figure.chosen(delta)}`)
}

/** Says what is watched besides every step's loss and norm; null where nothing is. */
export const monitor = ({ monitor }: Recipe.Recipe): string | null =>
  monitor._tag === "Off"
    ? null
    : `the gradient of each part of the loss${monitor.histograms ? ", with histograms," : ""} ${
      interval(monitor.length)
    }`

/** Says what the machine must have, and how long an attempt may take there; null where anything will do. */
export const host = ({ host: { device, labels, limits, memory, silence, time } }: Recipe.Recipe): string | null => {
  const asked = [
    ...(device === "any" ? [] : [device.toUpperCase()]),
    ...(memory === null ? [] : [`${memory} of memory`]),
    ...Object.entries(labels).map(([name, value]) => `${name} ${value}`),
    ...Object.entries(limits).map(([name, count]) => `${name}: at most ${count} at once`),
    ...(time === null ? [] : [`at most ${time} an attempt`]),
    ...(silence === Host.any.silence ? [] : [`taken to hang after ${silence} without a sign of life`])
  ]
  return asked.length === 0 ? null : asked.join(", ")
}

/** Lists a recipe's fields as an experiment's source writes them, one a line. */
export const source = (recipe: Recipe.Recipe): ReadonlyArray<string> =>
  Object.entries(recipe).map(([field, value]) => `${field}: ${Notation.of(field, value)}`)
