/**
 * Runs of a small classifier on the wasm engine, each in a folder of its own.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Augment from "../../../dsl/Augment.ts"
import * as Checkpoint from "../../../dsl/Checkpoint.ts"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Model from "../../../dsl/Model.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Source from "../../../runtime/data/Source.ts"
import * as Requirements from "../../../runtime/engine/wasm/Requirements.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import * as Attempts from "../../../runtime/run/Attempts.ts"
import * as Course from "../../../runtime/run/Course.ts"
import * as Environment from "../../../runtime/run/Environment.ts"
import type { Job } from "../../../runtime/run/Job.ts"
import { Reporter } from "../../../runtime/run/Reporter.ts"
import * as Stop from "../../../runtime/run/Stop.ts"
import { Store } from "../../../runtime/run/Store.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import { launchOf } from "./launches.ts"

/** Takes a second or two. */
export const classifier = Recipe.make({
  data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
  model: Model.classifier({ channels: [4], input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.01),
  augment: Augment.off,
  checkpoint: Checkpoint.every({ steps: 10 }),
  batch: 4,
  length: { steps: 40 }
})

/** Describes a run of the classifier, with some of its recipe replaced, in a folder. */
export const jobIn = Effect.fnUntraced(function*(folder: string, fields: Parameters<typeof Recipe.with>[1] = {}, changes: Partial<Job> = {}) {
  const recipe = Recipe.with(classifier, fields)
  const source = yield* Source.open(recipe.data, { locations: { of: () => null, known: [] }, cache: path.join(folder, "cache") })
  const job: Job = {
    id: "l-1",
    experiment: "e",
    holder: Holder.self(),
    arm: "a",
    seed: 0,
    plan: Plan.resolveArm("a", recipe, source.facts),
    source,
    start: null,
    engine: { engine: "wasm", version: Requirements.version(), directory: null },
    injection: null,
    steps: null,
    directory: path.join(folder, "runs/l-1"),
    ...changes
  }
  return job
})

/** Records a launch of one run that belongs to whom its job says. */
export const record = Effect.fnUntraced(function*(job: Job) {
  const store = yield* Store
  yield* store.begin({ ...launchOf("l"), experiment: job.experiment, runs: [job] }, job.holder)
})

export interface Watching {
  readonly stop?: Stop.Stop
  readonly onEvent?: (event: Event) => void
  readonly course?: Course.Course
}

/** Makes attempts at a run until it ends. */
export const attempts = Effect.fnUntraced(function*(job: Job, { course, onEvent, stop }: Watching = {}) {
  const environment = yield* Environment.gather
  const reporter = { ...(yield* Reporter), event: onEvent ?? (() => undefined) }
  return yield* Attempts.run(job, course ?? Course.start(job), { environment, stop: stop ?? Stop.make() }).pipe(
    Effect.provideService(Reporter, reporter)
  )
})
