/**
 * Which experiments a night takes: those whose time has come, or all, each planned and beside its baselines.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as path from "node:path"
import type { Locations } from "../data/Locations.ts"
import * as Plan from "../plan/Plan.ts"
import * as Throughput from "../review/diff/Throughput.ts"
import type { Home } from "../run/Home.ts"
import * as Prepare from "../run/Prepare.ts"
import { type LaunchRecord, Store } from "../run/Store.ts"
import * as ExperimentFiles from "../source/ExperimentFiles.ts"
import * as Load from "../source/Load.ts"
import * as BaselineFile from "./BaselineFile.ts"
import * as Due from "./Due.ts"
import type { Trained } from "./NightRecord.ts"
import * as Planned from "./Planned.ts"
import type { Broken } from "./PlannedText.ts"

export interface Options {
  /** The project's folder, and that of its baselines. */
  readonly project: string
  readonly baselines: string
  readonly all: boolean
  readonly seeds: number
  readonly home: Home
  readonly locations: Locations
  /** Launches that earlier nights have judged. */
  readonly judged: ReadonlySet<string>
}

/** One experiment of a night. `launch` is one that a trigger has made for it already; null where the night makes it. */
export interface Part {
  readonly experiment: string
  readonly prepared: Prepare.Prepared
  readonly arms: ReadonlyArray<Planned.Arm>
  readonly launch: string | null
}

export interface NightPlan {
  readonly parts: ReadonlyArray<Part>
  readonly broken: ReadonlyArray<Broken>
  /** The arms of all experiments that could be read, due or not. */
  readonly trained: ReadonlyArray<Trained>
  /** The experiments whose baselines count: the planned, and those that are not there any more. */
  readonly baselines: ReadonlyArray<string>
}

interface Read {
  readonly broken: Broken | null
  readonly trained: ReadonlyArray<Trained>
  readonly part: Part | null
}

const trainedOf = ({ experiment, plan }: Prepare.Prepared): ReadonlyArray<Trained> =>
  plan.arms.map(({ arm, identity: { data, training } }) => ({ experiment: experiment.name, arm, training, data }))

/** Loads one experiment's file and plans its arms. Fails with InvalidExperiment and NotLoaded. */
export const prepare = Effect.fn("NightPlan.prepare")(function*(file: string, { home, locations }: Pick<Options, "home" | "locations">) {
  return yield* Prepare.prepare(yield* Load.load(file), { locations, home, rehash: false })
})

/** Says why a plan cannot run, of the first arm that cannot; null where all can. */
const obstacle = ({ plan }: Prepare.Prepared): string | null => {
  if (Plan.isValid(plan)) return null
  const [found] = plan.arms.flatMap(({ arm, findings }) =>
    findings.filter(({ severity }) => severity === "error").map(({ message }) => `${arm}: ${message}`)
  )
  return found ?? "its plan has errors"
}

/** A trigger of the queue has launched what is due: that launch is the night's, unless a night has judged it before. */
const launchedFor = (last: LaunchRecord | null, { due }: Due.Due, judged: ReadonlySet<string>): string | null =>
  last !== null && last.trigger !== null && due === null && !judged.has(last.id) ? last.id : null

const seedsOf = Effect.fnUntraced(function*(launch: string, arms: ReadonlyArray<Planned.Arm>) {
  const store = yield* Store
  const runs = yield* store.list({ launch })
  return arms.map((arm) => ({ ...arm, seeds: runs.filter((run) => run.arm === arm.arm).map(({ seed }) => seed) }))
    .filter(({ seeds }) => seeds.length > 0)
})

const readFile = Effect.fnUntraced(
  function*(file: string, options: Options) {
    const prepared = yield* prepare(file, options)
    const { name, triggers = [] } = prepared.experiment
    const last = yield* Due.lastLaunch(name)
    const due = Due.of(triggers, last?.started ?? null, Date.now())
    const launch = launchedFor(last, due, options.judged)
    const read: Read = { broken: null, trained: trainedOf(prepared), part: null }
    if (due.due === null && launch === null && !options.all) return read
    const obstructed = obstacle(prepared)
    if (obstructed !== null) return { ...read, broken: { file, message: obstructed } }
    const baselines = yield* Effect.result(BaselineFile.read(options.baselines, name))
    if (Result.isFailure(baselines)) return { ...read, broken: { file, message: baselines.failure.message } }
    const { seeds } = options
    const arms = Planned.arms(prepared, { file, due, baselines: baselines.success, seeds, seconds: yield* Throughput.read })
    const part: Part = { experiment: name, prepared, arms: launch === null ? arms : yield* seedsOf(launch, arms), launch }
    return { ...read, part }
  },
  (effect, file) =>
    effect.pipe(
      Effect.catchTag(["InvalidExperiment", "NotLoaded"], ({ message }) =>
        Effect.succeed<Read>({ broken: { file, message }, trained: [], part: null }))
    )
)

/** Says of baselines that no experiment is there for whether they can be read: a night that has run must not fail for them. */
const unreadOf = Effect.fnUntraced(function*(name: string, { baselines, project }: Options) {
  const read = yield* Effect.result(BaselineFile.read(baselines, name))
  if (Result.isSuccess(read)) return []
  const { file, message } = read.failure
  return [{ name, broken: { file: path.relative(project, file), message } }]
})

/** Plans a night of the experiments below a project's `experiments/`. */
export const make = Effect.fn("NightPlan.make")(function*(options: Options) {
  const read = yield* Effect.forEach(ExperimentFiles.list(options.project), (file) => readFile(file, options))
  const parts = read.flatMap(({ part }) => part ?? [])
  const trained = read.flatMap(({ trained }) => trained)
  const names = BaselineFile.experiments(options.baselines)
  const gone = names.filter((name) => !trained.some(({ experiment }) => experiment === name))
  const unread = (yield* Effect.forEach(gone, (name) => unreadOf(name, options))).flat()
  const plan: NightPlan = {
    parts,
    broken: [...read.flatMap(({ broken }) => broken ?? []), ...unread.map(({ broken }) => broken)],
    trained,
    baselines: names.filter((name) =>
      gone.includes(name) ? !unread.some((one) => one.name === name) : parts.some(({ experiment }) => experiment === name)
    )
  }
  return plan
})

/** Lists the arms of a plan. */
export const armsOf = ({ parts }: NightPlan): ReadonlyArray<Planned.Arm> => parts.flatMap(({ arms }) => arms)
