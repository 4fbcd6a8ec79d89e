/**
 * Running an experiment from its declaration to its result, for programs.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Experiment from "../../dsl/Experiment.ts"
import * as Locations from "../data/Locations.ts"
import * as Engines from "../engine/Engines.ts"
import * as Plan from "../plan/Plan.ts"
import * as Home from "./Home.ts"
import * as HostDemand from "./HostDemand.ts"
import * as Launch from "./Launch.ts"
import * as Prepare from "./Prepare.ts"
import * as Stop from "./Stop.ts"

/** The plan of an arm has an error; `message` lists what was found. */
export class PlanRefused extends Schema.TaggedError<PlanRefused>()("PlanRefused", { message: Schema.String }) {}

export interface Options {
  /** The folder that runs are kept in; `.ballast` where the program runs by default. */
  readonly home?: string
  /** Where named data sets lie. */
  readonly data?: Readonly<Record<string, string>>
  readonly engine?: Engines.Choice
  readonly stop?: Stop.Stop
}

/** Demands the data of every planned arm. Fails with what kept a data set from being opened. */
export const demandData = Effect.fn("Run.demandData")(function*(prepared: Prepare.Prepared) {
  for (const { recipe } of prepared.plan.arms) {
    const source = prepared.sourceOf(recipe.data)
    if (!Prepare.isOpen(source)) return yield* source
  }
})

const refuse = Effect.fnUntraced(function*(prepared: Prepare.Prepared) {
  yield* demandData(prepared)
  if (!Plan.isValid(prepared.plan)) {
    const errors = prepared.plan.arms.flatMap(({ arm, findings }) =>
      findings.filter(({ severity }) => severity === "error").map(({ message, path }) => `arms.${arm}.${path}: ${message}`)
    )
    return yield* new PlanRefused({ message: errors.join("\n") })
  }
})

/**
 * Trains every arm of an experiment at every seed and judges what it expects. Faults of a run are in its result; what
 * keeps the experiment from running at all is a failure.
 */
export const run = Effect.fn("Run.run")(function*(experiment: Experiment.Experiment, options: Options = {}) {
  const directory = Home.directoryOf(options.home ?? null)
  const flags = Object.entries(options.data ?? {}).map(([name, folder]) => `${name}=${folder}`)
  const locations = yield* Locations.read(directory, flags)
  const prepared = yield* Prepare.prepare(experiment, { locations, home: Home.at(directory), rehash: false })
  yield* refuse(prepared)
  const engine = yield* Engines.choose(options.engine ?? "auto")
  if (engine.warning !== null) yield* Effect.logWarning(engine.warning)
  yield* HostDemand.check(prepared.plan.arms, engine.engine)
  const home = yield* Home.open(directory)
  return yield* Launch.run({
    prepared,
    engine,
    home,
    arms: prepared.plan.arms.map(({ arm }) => arm),
    seeds: prepared.experiment.seeds,
    steps: null,
    injection: null,
    request: { file: null, steps: null, engine: options.engine ?? "auto", injection: null, expect: prepared.experiment.expect },
    commit: null,
    stop: options.stop ?? Stop.make()
  })
})
