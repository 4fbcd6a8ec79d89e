/**
 * From an experiment to a plan with the data at hand: what every command does first.
 */
import * as Effect from "effect/Effect"
import type * as Dataset from "../../dsl/Dataset.ts"
import * as Experiment from "../../dsl/Experiment.ts"
import type * as Model from "../../dsl/Model.ts"
import type { DataFault } from "../../dsl/Fault.ts"
import type { Locations } from "../data/Locations.ts"
import * as Source from "../data/Source.ts"
import * as Canonical from "../plan/Canonical.ts"
import * as Plan from "../plan/Plan.ts"
import type { StartMissing } from "../plan/Facts.ts"
import type { TrainedStart } from "../train/TrainedStart.ts"
import * as Home from "./Home.ts"
import * as Start from "./Start.ts"

export interface Options {
  readonly locations: Locations
  /** Keeps what was found out about files. */
  readonly home: Home.Home
  readonly rehash: boolean
  /** Whether a stranger may have written the experiment: no file of this host that it takes weights of is looked at. */
  readonly strange?: boolean
}

/** A data set of an experiment, opened, or why it could not be. */
export interface Found {
  readonly dataset: Dataset.Dataset
  readonly source: Source.Source | Source.DataMissing | DataFault
}

export interface Prepared {
  readonly experiment: Experiment.Resolved
  readonly plan: Plan.Plan
  readonly data: ReadonlyArray<Found>
  readonly sourceOf: (dataset: Dataset.Dataset) => Found["source"]
  /** The trained weights that a model starts from; null where there are none. */
  readonly startOf: (model: Model.Model) => TrainedStart | StartMissing | null
}

/** Tells whether a data set was opened. */
export const isOpen = (found: Found["source"]): found is Source.Source => !("_tag" in found)

/** Resolves an experiment, opens each of its data sets once, and plans every arm. Fails with InvalidExperiment. */
export const prepare = Effect.fn("Prepare.prepare")(function*(declared: Experiment.Experiment, options: Options) {
  const experiment = yield* Experiment.resolve(declared)
  const found = new Map<string, Found>()
  // Where the home cannot be made, everything still works, and is found out anew each time.
  if (Object.values(experiment.arms).some(({ data }) => data._tag !== "Shapes")) {
    yield* Effect.ignore(Home.open(options.home.directory))
  }
  for (const { data } of Object.values(experiment.arms)) {
    const key = Canonical.encode(data)
    if (found.has(key)) continue
    const source = yield* Source.open(data, { ...options, cache: options.home.cache }).pipe(Effect.catch((failed) => Effect.succeed(failed)))
    found.set(key, { dataset: data, source })
  }
  const sourceOf = (dataset: Dataset.Dataset): Found["source"] => {
    const known = found.get(Canonical.encode(dataset))
    if (known === undefined) throw new Error("a data set of another experiment was asked for")
    return known.source
  }
  const starts = new Map<string, TrainedStart | StartMissing>()
  for (const { model: { weights } } of Object.values(experiment.arms)) {
    if (weights === undefined || starts.has(Canonical.encode(weights))) continue
    // What is found out about it, or that it is not there, would stand in the stranger's report.
    if (weights._tag === "File" && options.strange === true) continue
    const start = yield* Start.find(weights, options.home).pipe(Effect.catch((missing) => Effect.succeed(missing)))
    starts.set(Canonical.encode(weights), start)
  }
  const startOf = ({ weights }: Model.Model) =>
    weights === undefined ? null : starts.get(Canonical.encode(weights)) ?? null
  const plan = Plan.resolve(experiment, (dataset) => {
    const source = sourceOf(dataset)
    return isOpen(source) ? source.facts : undefined
  }, (weights) => starts.get(Canonical.encode(weights)))
  const prepared: Prepared = { experiment, plan, data: [...found.values()], sourceOf, startOf }
  return prepared
})
