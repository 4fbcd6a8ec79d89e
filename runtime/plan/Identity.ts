/**
 * What makes two trainings the same: SHA-256 of canonical JSON, each over as much as its name says.
 */
import * as Recipe from "../../dsl/Recipe.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import type { Curve } from "../optim/Curve.ts"
import * as Moments from "../optim/Moments.ts"
import * as Canonical from "./Canonical.ts"
import * as Closing from "./Closing.ts"
import * as Length from "./Length.ts"
import * as Skips from "./Skips.ts"
import type { Stage } from "./UpdateStages.ts"

/** Raised whenever equal recipes on equal data would draw other weights, batches or augmentations. */
export const generatorVersion = 1

/** The four identities of an arm. `graph` and `training` are null where a recipe could not be resolved. */
export interface Identity {
  readonly recipe: string
  readonly graph: string | null
  readonly training: string | null
  /** The data's fingerprint; null where the data is not at hand. */
  readonly data: string | null
}

/** Identifies a recipe as it is declared, down to what it accepts and when it is evaluated. */
export const ofRecipe = (recipe: Recipe.Recipe): string => Canonical.hash(Recipe.encode(recipe))

/** Identifies an architecture: nodes with their shapes and the stages of the update. Class names are left out. */
export const ofGraph = (graph: TrainingGraph, update: ReadonlyArray<Stage>): string =>
  Canonical.hash({
    nodes: graph.nodes.map(({ buffers, id, inputs, op, parameters, shape }) => ({
      id,
      op,
      inputs,
      shape,
      parameters: parameters.map(({ group, name, shape }) => ({ name, shape, group })),
      buffers: buffers.map(({ name, shape }) => ({ name, shape }))
    })),
    outputs: graph.outputs,
    update
  })

const warmupOf = ({ optimizer, warmup }: Recipe.Recipe, warmupSteps: number) =>
  warmup._tag === "None" || warmupSteps === 0 ? null : {
    steps: warmupSteps,
    from: warmup.from,
    biasFrom: warmup.biasFrom,
    momentumFrom: Moments.warmedFrom(optimizer, warmup.momentumFrom)
  }

/** One without a mosaic has none to end. The end stands as declared: its step may not be known without the data. */
const augmentOf = ({ augment }: Recipe.Recipe) => {
  if (augment._tag === "Off" || Closing.hasMosaic(augment)) return augment
  const { closing: _, ...changes } = augment
  return changes
}

/** What is left out is a set, in whichever order it is written, and a skip that no step comes to leaves out nothing. */
const feedOf = ({ feed: { order, quarantine, skip } }: Recipe.Recipe, totalSteps: number) => ({
  quarantine: [...new Set(quarantine)].toSorted(),
  skip: Skips.reached(skip, totalSteps),
  order
})

/** Without evaluations under way nothing stops a training early. */
const earlyStopOf = ({ earlyStop, evaluate: { every }, model }: Recipe.Recipe, stepsPerEpoch: number | null) =>
  earlyStop._tag === "Off" || every === null ? null : {
    evaluations: earlyStop.evaluations,
    metric: earlyStop.metric ?? (model._tag === "Classifier" ? "accuracy" : "map"),
    delta: earlyStop.delta,
    every: Length.steps(every, stepsPerEpoch) ?? every
  }

/**
 * Identifies everything that decides a training's numbers besides its data and seed, after resolution: epochs and the
 * steps that they come to are the same. Names, retries, evaluation, checkpoints and accepted findings are left out.
 */
export const ofTraining = (options: {
  readonly recipe: Recipe.Recipe
  readonly graph: TrainingGraph
  readonly update: ReadonlyArray<Stage>
  readonly curve: Pick<Curve, "schedule" | "totalSteps" | "warmupSteps">
  /** Null where the data is not at hand; an early stop's cadence in epochs then stands as declared. */
  readonly stepsPerEpoch: number | null
  /** The SHA-256 of the trained weights; null where all of them start at random. */
  readonly start: string | null
}): string => {
  const { curve, graph, recipe, start, stepsPerEpoch, update } = options
  return Canonical.hash({
    generatorVersion,
    graph: ofGraph(graph, update),
    strides: graph.strides,
    regMax: graph.regMax,
    initial: graph.nodes.flatMap(({ buffers, parameters }) => [
      ...parameters.map(({ initial }) => initial),
      ...buffers.map(({ value }) => value)
    ]),
    start,
    feed: feedOf(recipe, curve.totalSteps),
    loss: recipe.loss,
    optimizer: recipe.optimizer,
    schedule: curve.schedule,
    warmup: warmupOf(recipe, curve.warmupSteps),
    totalSteps: curve.totalSteps,
    clip: recipe.clip,
    ema: recipe.ema,
    earlyStop: earlyStopOf(recipe, stepsPerEpoch),
    augment: augmentOf(recipe),
    precision: recipe.precision,
    batch: recipe.batch,
    accumulate: recipe.accumulate.batches
  })
}
