/**
 * A recipe and the facts of its data, resolved: what will be trained, for how long, at which cost, and what is wrong.
 */
import type * as Dataset from "../../dsl/Dataset.ts"
import type * as Experiment from "../../dsl/Experiment.ts"
import type * as Model from "../../dsl/Model.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Cost from "../graph/Cost.ts"
import type { TrainingGraph } from "../graph/TrainingGraph.ts"
import * as Network from "../nets/Network.ts"
import * as Curve from "../optim/Curve.ts"
import * as Lengths from "../optim/Lengths.ts"
import * as Moments from "../optim/Moments.ts"
import * as DataFindings from "./DataFindings.ts"
import type { DataFacts, StartFacts, StartMissing } from "./Facts.ts"
import * as Finding from "./Finding.ts"
import * as Identity from "./Identity.ts"
import * as Length from "./Length.ts"
import * as Rules from "./rules/Rules.ts"
import * as UpdateStages from "./UpdateStages.ts"

/** How many optimizer steps a training takes; null where the data decides it and is not at hand. */
export interface Schedule {
  readonly totalSteps: number | null
  readonly warmupSteps: number | null
  readonly stepsPerEpoch: number | null
}

export interface Arm {
  readonly arm: string
  readonly recipe: Recipe.Recipe
  readonly facts: DataFacts | null
  readonly identity: Identity.Identity
  /** Null where a finding is an error. */
  readonly graph: TrainingGraph | null
  readonly cost: Cost.Cost | null
  readonly update: ReadonlyArray<UpdateStages.Stage>
  readonly schedule: Schedule
  /** The rows of the schedule; null where its steps are not known. */
  readonly curve: Curve.Curve | null
  readonly findings: ReadonlyArray<Finding.Finding>
}

export interface Plan {
  readonly experiment: string
  readonly arms: ReadonlyArray<Arm>
}

const scheduleOf = (recipe: Recipe.Recipe, facts: DataFacts | null): Schedule => {
  const stepsPerEpoch = facts === null ? null : Length.stepsPerEpoch(facts.images.train, recipe.batch * recipe.accumulate.batches)
  const totalSteps = Length.steps(recipe.length, stepsPerEpoch)
  return {
    totalSteps: totalSteps === null ? null : Math.max(1, totalSteps),
    warmupSteps: recipe.warmup._tag === "None" ? 0 : Length.steps(recipe.warmup.length, stepsPerEpoch),
    stepsPerEpoch
  }
}

const curveOf = (recipe: Recipe.Recipe, { stepsPerEpoch, totalSteps, warmupSteps }: Schedule): Curve.Curve | null => {
  const schedule = Lengths.resolved(recipe.schedule, stepsPerEpoch)
  return totalSteps === null || warmupSteps === null || schedule === null ? null : Curve.make({
    schedule,
    warmup: recipe.warmup._tag === "None"
      ? recipe.warmup
      : { ...recipe.warmup, momentumFrom: Moments.warmedFrom(recipe.optimizer, recipe.warmup.momentumFrom) },
    momentum: Moments.momentum(recipe.optimizer),
    totalSteps,
    warmupSteps
  })
}

const classesOf = (recipe: Recipe.Recipe, facts: DataFacts | null): ReadonlyArray<string> | null =>
  facts?.classes ?? recipe.data.classes ?? null

/**
 * Resolves one recipe, which must have been decoded. `facts` is null where the data is not at hand, `start` where no
 * trained weights are taken or they were not looked at.
 */
export const resolveArm = (
  arm: string,
  recipe: Recipe.Recipe,
  facts: DataFacts | null,
  start: StartFacts | StartMissing | null = null
): Arm => {
  const schedule = scheduleOf(recipe, facts)
  const update = UpdateStages.of(recipe)
  const curve = curveOf(recipe, schedule)
  const classes = classesOf(recipe, facts)
  const context = { recipe, facts, curve, ...schedule }
  const taken = start === null || "missing" in start ? null : start
  const first = [...DataFindings.of(recipe, facts), ...DataFindings.ofStart(start), ...Rules.check(context)]
  const blocked = first.some(({ severity }) => severity === "error")
  const graph = blocked || classes === null ? null : Network.build(recipe, classes)
  const cost = graph === null ? null : Cost.of(graph, {
    batch: recipe.batch,
    accumulate: recipe.accumulate.batches,
    slots: Moments.slots(recipe.optimizer).length,
    ema: recipe.ema._tag !== "Off"
  })
  const second = graph === null || cost === null ? [] : Rules.checkNetwork({ ...context, graph, cost, start: taken })
  return {
    arm,
    recipe,
    facts,
    identity: {
      recipe: Identity.ofRecipe(recipe),
      graph: graph === null ? null : Identity.ofGraph(graph, update),
      // Weights that were not looked at might be any.
      training: graph === null || curve === null || (recipe.model.weights !== undefined && taken === null)
        ? null
        : Identity.ofTraining({
          recipe,
          graph,
          update,
          curve,
          start: taken?.sha256 ?? null,
          stepsPerEpoch: schedule.stepsPerEpoch
        }),
      data: facts?.fingerprint ?? null
    },
    graph,
    cost,
    update,
    schedule,
    curve,
    findings: [...first, ...second].map((finding) => Finding.answered(finding, recipe.accepted))
  }
}

/**
 * Resolves every arm of a checked experiment. `factsOf` returns undefined for data that is not at hand, `startOf` for
 * weights that are not. What is wrong with the experiment as a whole stands with the arm that it is said of.
 */
export const resolve = (
  experiment: Experiment.Resolved,
  factsOf: (dataset: Dataset.Dataset) => DataFacts | undefined,
  startOf: (weights: Model.Weights) => StartFacts | StartMissing | undefined = () => undefined
): Plan => {
  const arms = Object.entries(experiment.arms).map(([arm, recipe]) => {
    const { weights } = recipe.model
    const start = weights === undefined ? undefined : startOf(weights)
    return resolveArm(arm, recipe, factsOf(recipe.data) ?? null, start ?? null)
  })
  const whole = Rules.checkExperiment({ arms, seeds: experiment.seeds, expect: experiment.expect })
  return {
    experiment: experiment.name,
    arms: arms.map((arm) => ({
      ...arm,
      findings: [
        ...arm.findings,
        ...whole.flatMap(({ arm: named, finding }) =>
          named === arm.arm ? [Finding.answered(finding, arm.recipe.accepted)] : []
        )
      ]
    }))
  }
}

/** Tells whether every arm can run: no finding is an error, and with `strict` none is a warning. */
export const isValid = (plan: Plan, options: { readonly strict?: boolean } = {}): boolean =>
  plan.arms.every(({ findings }) =>
    findings.every(({ severity }) => severity === "advice" || (severity === "warning" && options.strict !== true))
  )
