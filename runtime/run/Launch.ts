/**
 * A launch: every chosen arm at every chosen seed, one run after the other, each in a process of its own.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type * as Expect from "../../dsl/Expect.ts"
import type * as Injection from "../../dsl/Injection.ts"
import type { Chosen } from "../engine/Engines.ts"
import * as Advice from "../train/Advice.ts"
import * as Attempts from "./Attempts.ts"
import * as Course from "./Course.ts"
import * as Environment from "./Environment.ts"
import type { Home } from "./Home.ts"
import * as Job from "./Job.ts"
import { newLaunchId } from "./LaunchId.ts"
import * as Launched from "./Launched.ts"
import type { Prepared } from "./Prepare.ts"
import { Reporter } from "./Reporter.ts"
import type { RunResult } from "./Result.ts"
import * as RunFolder from "./RunFolder.ts"
import * as RunOutcome from "./RunOutcome.ts"
import type { Stop } from "./Stop.ts"
import { type Request, Store } from "./Store.ts"
import * as Holder from "./store/Holder.ts"

export interface Options {
  readonly prepared: Prepared
  readonly engine: Chosen
  readonly home: Home
  /** The arms and seeds to run, in this order. */
  readonly arms: ReadonlyArray<string>
  readonly seeds: ReadonlyArray<number>
  /** Ends every run after so many steps; null for their whole length. */
  readonly steps: number | null
  /** What goes wrong on purpose in every run; null for nothing. */
  readonly injection: Injection.Injection | null
  readonly request: Omit<Request, "origin">
  /** The commit that the experiment was read from; null for a file as it lies here. */
  readonly commit: string | null
  readonly stop: Stop
}

/** Another process may hold the record for a while; every try waits for 10 seconds. */
const busyTries = 5

/** A run of a launch: one that is to be brought to its end from where it stands, or what came of it. */
export type Entry =
  | { readonly kind: "unfinished"; readonly job: Job.Job; readonly course: Course.Course }
  | { readonly kind: "finished"; readonly result: RunResult }

export interface Bringing {
  readonly launch: string
  readonly experiment: string
  readonly expect: ReadonlyArray<Expect.Expect>
  readonly entries: ReadonlyArray<Entry>
  readonly environment: Environment.Environment
  readonly stop: Stop
}

/** What came of a run before it is recorded, and what it may be recorded by. */
export interface Made {
  readonly result: RunResult
  readonly token: string | null
}

/** Makes attempts at a run until it has ended, or somebody wishes to stop. Fails as `bring` does. */
export const make = Effect.fn("Launch.make")(
  function*({ course, job }: Entry & { readonly kind: "unfinished" }, options: Attempts.Options) {
    yield* Job.onDisk(job, () => {
      Job.describe(job.directory, job.plan, job.experiment)
      const computed = course.past.findLast(({ outcome }) => outcome.engine !== null)
      Job.tellEnvironment(job, options.environment, computed?.outcome.engine ?? null)
    })
    const { past, plan, token } = yield* Attempts.run(job, course, options)
    const told = RunOutcome.of(job, job.plan.schedule.totalSteps, past)
    const cured = told.status === "succeeded" ? Advice.ofRemedies(job.plan.recipe, plan.recipe) : []
    const made: Made = { result: { ...told, advice: [...told.advice, ...cured] }, token }
    return made
  }
)

/** Keeps what came of a run; false where the record does not take it, or cannot be reached. */
export const keep = Effect.fn("Launch.keep")(
  function*(job: Pick<Job.Job, "directory" | "holder">, { result, token }: Made, reason: string | null) {
    const store = yield* Store
    // The file first: the record is made good from it, and not the other way round.
    yield* Job.onDisk(job, () =>
      RunFolder.write(path.join(job.directory, "result.json"), { format: "ballast.run-result/1", ...result }))
    return yield* store.end(result, token, { holder: job.holder, at: Date.now(), reason }).pipe(
      Effect.retry({ times: busyTries }),
      Effect.catch(() => Effect.succeed(false))
    )
  }
)

/**
 * Brings a launch's runs to their end, one after the other, and judges what was expected of all of them. A fault ends its
 * run alone; a wish to stop ends the run at work with a checkpoint and starts no further one. Fails with StoreFailed, with
 * HomeUnusable where a run's folder cannot be written, and with RunTaken where another process takes one over.
 */
export const bring = Effect.fn("Launch.bring")(function*(bringing: Bringing) {
  const { entries, environment, expect, experiment, launch, stop } = bringing
  const reporter = yield* Reporter
  const unfinished = entries.flatMap((entry) => entry.kind === "unfinished" ? [entry.job] : [])
  if (unfinished.length > 0) reporter.launched(experiment, launch, unfinished)
  const runs: Array<RunResult> = []
  for (const entry of entries) {
    if (entry.kind === "finished") runs.push(entry.result)
    else {
      const made = yield* make(entry, { environment, stop })
      yield* keep(entry.job, made, null)
      reporter.ended(made.result)
      runs.push(made.result)
    }
  }
  return Launched.judge({ experiment, launch, runs }, expect)
})

/** Finds what a run of an arm takes. The arm must be able to run. */
export const materialOf = (
  { plan, sourceOf, startOf }: Prepared,
  name: string
): Pick<Job.Job, "plan" | "source" | "start"> => {
  const arm = plan.arms.find(({ arm }) => arm === name)
  const source = arm === undefined ? undefined : sourceOf(arm.recipe.data)
  if (arm === undefined || source === undefined || "_tag" in source) throw new Error(`the arm "${name}" cannot run`)
  const start = startOf(arm.recipe.model)
  if (start !== null && "missing" in start) throw new Error(`the arm "${name}" cannot run`)
  return { plan: arm, source, start }
}

/** Runs what was chosen as a new launch, and returns what came of it. Fails as `bring` does. */
export const run = Effect.fn("Launch.run")(function*(options: Options) {
  const { commit, engine: { directory, engine, version }, home, injection, prepared, request, steps, stop } = options
  const { experiment } = prepared
  const store = yield* Store
  const environment = Environment.ofCommit(yield* Environment.gather, commit)
  const [started, holder] = [Date.now(), Holder.self()]
  const launch = newLaunchId(started)
  const chosen = options.arms.flatMap((arm) => options.seeds.map((seed) => ({ arm, seed })))
  const jobs = chosen.map(({ arm, seed }, index): Job.Job => {
    const id = `${launch}-${index + 1}`
    return {
      id,
      experiment: experiment.name,
      holder,
      arm,
      seed,
      ...materialOf(prepared, arm),
      engine: { engine, version, directory },
      injection,
      steps,
      directory: path.join(home.runs, id)
    }
  })
  for (const job of jobs) yield* Job.onDisk(job, () => Job.describe(job.directory, job.plan, job.experiment))
  const origin = Environment.originOf(environment)
  yield* store.begin({ id: launch, experiment: experiment.name, started, request: { ...request, origin }, runs: jobs }, holder)
  return yield* bring({
    launch,
    experiment: experiment.name,
    expect: experiment.expect,
    entries: jobs.map((job) => ({ kind: "unfinished", job, course: Course.start(job) })),
    environment,
    stop
  })
})
