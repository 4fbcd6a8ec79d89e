/**
 * Evaluating the weights that a run left, or what another program has detected.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import { DataFault } from "../../dsl/Fault.ts"
import type * as Issue from "../../dsl/Issue.ts"
import * as Recipe from "../../dsl/Recipe.ts"
import * as Words from "../../dsl/Words.ts"
import * as CocoAnnotations from "../data/CocoAnnotations.ts"
import * as CocoFile from "../data/CocoFile.ts"
import * as CocoResults from "../data/CocoResults.ts"
import * as Loader from "../data/Loader.ts"
import type { Locations } from "../data/Locations.ts"
import * as Source from "../data/Source.ts"
import * as AveragePrecision from "../detect/AveragePrecision.ts"
import { Engine } from "../engine/Engine.ts"
import * as Plan from "../plan/Plan.ts"
import * as Accuracy from "../train/Accuracy.ts"
import * as Checkpoint from "../train/Checkpoint.ts"
import * as Evaluate from "../train/Evaluate.ts"
import * as Setup from "../train/Setup.ts"
import type { Home } from "./Home.ts"
import * as RunFolder from "./RunFolder.ts"
import type { RunRecord } from "./store/Listing.ts"

const fault = (message: string): DataFault => new DataFault({ sample: null, message })

/** Reads the recipe that a run was made with. Fails with DataFault where its folder is not what a run leaves. */
export const recipeOf = (directory: string): Effect.Effect<Recipe.Recipe, DataFault> =>
  Effect.try({
    try: () => Recipe.decode(JSON.parse(fs.readFileSync(RunFolder.recipeFile(directory), "utf8"))),
    catch: (cause) => fault(`the run's recipe cannot be read: ${Words.reasonOf(cause)}`)
  }).pipe(Effect.flatMap((decoded) =>
    Result.isSuccess(decoded)
      ? Effect.succeed(decoded.success)
      : Effect.fail(fault(`the run's recipe is of another version: ${decoded.failure.map(({ path }) => path).join(", ")}`))
  ))

/** What is to be evaluated, as plain data that another process can receive. */
export interface EvaluationAssignment {
  readonly arm: string
  readonly seed: number
  readonly recipe: Recipe.Recipe
  readonly source: Source.Source
  /** The checkpoint's folder. */
  readonly checkpoint: string
}

/**
 * Gathers what the evaluation of a run's checkpoint takes; its data is where the locations say, or else where it
 * was when the run was made. Fails where a part of it is not there any more.
 */
export const assign = Effect.fn("Evaluation.assign")(
  function*(run: RunRecord, options: { readonly home: Home; readonly locations: Locations }) {
    const recipe = yield* recipeOf(run.directory)
    const checkpoint = RunFolder.checkpoint(run.directory)
    if (checkpoint === null) return yield* fault(`run ${run.id} has left no checkpoint to evaluate`)
    const trainedOn = RunFolder.environment(run.directory)?.data ?? null
    const locations = { ...options.locations, of: (name: string) => options.locations.of(name) ?? trainedOn }
    const source = yield* Source.open(recipe.data, { locations, cache: options.home.cache })
    const assignment: EvaluationAssignment = { arm: run.arm, seed: run.seed, recipe, source, checkpoint }
    return assignment
  }
)

/** What comes of evaluating a run: a detector's average precision, or a classifier's accuracy. */
export type RunEvaluation = AveragePrecision.Evaluation | Accuracy.Accuracy

/** Evaluates a checkpoint on the validation split, with the averaged weights where averaging was on. */
export const run = Effect.fn("Evaluation.run")(
  function*({ arm, checkpoint, recipe, seed, source }: EvaluationAssignment) {
    const { graph } = Plan.resolveArm(arm, recipe, source.facts)
    if (graph === null) return yield* fault("the run's recipe does not fit the data that is there now")
    const { cursor, state } = yield* Checkpoint.read(checkpoint)
    if (cursor.data !== source.facts.fingerprint) {
      return yield* fault("the data is not what the run was trained on: its fingerprint differs")
    }
    const engine = yield* Engine
    const step = yield* engine.compile(Setup.configurationOf(recipe, graph, source, seed))
    step.write(state)
    const loader = yield* Loader.make({
      ...Setup.makingOf(recipe, source, seed),
      start: 0
    })
    const found: RunEvaluation = graph.outputs.distances === null
      ? yield* Accuracy.evaluate(step, loader, graph.classes)
      : yield* Evaluate.evaluate(step, loader, graph.classes, source.images.val)
    return found
  },
  Effect.scoped
)

/** The paths of a list of results and of the annotations that they are measured against. */
export interface CocoFiles {
  readonly predictions: string
  readonly annotations: string
}

export interface Evaluated {
  readonly evaluation: AveragePrecision.Evaluation
  /** What of the figures may surprise, in words. */
  readonly doubts: ReadonlyArray<string>
}

interface Refused {
  readonly in: keyof CocoFiles
  readonly issues: ReadonlyArray<Issue.Issue>
}

const doubtsOf = ({ annotations }: CocoAnnotations.Annotations): ReadonlyArray<string> =>
  annotations.filter(({ id }) => id === 0).map(({ at }) =>
    `${CocoAnnotations.pathOf("annotations", at)}.id is 0: as in pycocotools, whose figures these are, a box with this `
      + "id is never counted as found; number annotations from 1"
  )

/** Evaluates parsed files in COCO's formats. Fails with what is wrong in the annotations, or else in the predictions. */
export const ofDocuments = (predictions: unknown, annotations: unknown): Result.Result<Evaluated, Refused> => {
  const truth = CocoAnnotations.parse(annotations)
  if (Result.isFailure(truth)) return Result.fail({ in: "annotations", issues: truth.failure })
  const { classes, problems } = truth.success
  if (problems.length > 0) {
    return Result.fail({ in: "annotations", issues: problems.map(({ message, path }) => ({ path, message })) })
  }
  const images = CocoResults.pair(predictions, truth.success)
  return Result.isFailure(images)
    ? Result.fail({ in: "predictions", issues: images.failure })
    : Result.succeed({
      evaluation: AveragePrecision.evaluate(images.success, classes),
      doubts: doubtsOf(truth.success)
    })
}

/**
 * Evaluates a file of results against a file of annotations: the figures of pycocotools' COCOeval for boxes. Fails with
 * CocoInvalid where a file cannot be read or one of its entries is wrong.
 */
export const ofFiles = Effect.fn("Evaluation.ofFiles")(function*(files: CocoFiles) {
  const annotations = yield* CocoFile.read(files.annotations)
  const evaluated = ofDocuments(yield* CocoFile.read(files.predictions), annotations)
  return Result.isSuccess(evaluated)
    ? evaluated.success
    : yield* CocoFile.invalid(files[evaluated.failure.in], evaluated.failure.issues)
})
