/**
 * A launch: every chosen arm at every chosen seed, one run after the other, each in a process of its own.
 */
import * as Effect from "effect/Effect"
import { randomInt } from "node:crypto"
import * as path from "node:path"
import type * as Injection from "../../dsl/Injection.ts"
import type { Chosen } from "../engine/Engines.ts"
import * as Attempts from "./Attempts.ts"
import * as Course from "./Course.ts"
import * as Environment from "./Environment.ts"
import * as Expectations from "./Expectations.ts"
import type { Home } from "./Home.ts"
import * as Job from "./Job.ts"
import * as Owner from "./Owner.ts"
import type { Prepared } from "./Prepare.ts"
import { Reporter } from "./Reporter.ts"
import type { Result, RunResult } from "./Result.ts"
import * as RunFolder from "./RunFolder.ts"
import * as RunOutcome from "./RunOutcome.ts"
import type { Stop } from "./Stop.ts"
import { type Request, Store } from "./Store.ts"

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
  readonly request: Request
  readonly stop: Stop
}

/** Makes an id that sorts by time and is short enough to type. */
const newLaunchId = (): string => `${Date.now().toString(36)}${randomInt(36 ** 2).toString(36).padStart(2, "0")}`

/** Another process may hold the record for a while; every try waits for 10 seconds. */
const busyTries = 5

/**
 * Runs what was chosen and returns what came of it. A fault ends its run alone; a wish to stop ends the run at work with
 * a checkpoint and starts no further one. Fails with StoreFailed, and with HomeUnusable where a run's
 * folder cannot be written.
 */
export const run = Effect.fn("Launch.run")(function*(options: Options) {
  const { home, prepared: { experiment, plan, sourceOf, startOf }, stop } = options
  const store = yield* Store
  const reporter = yield* Reporter
  const environment = yield* Environment.gather
  const launch = newLaunchId()

  const jobs = options.arms.flatMap((name) => options.seeds.map((seed) => ({ name, seed }))).map(({ name, seed }, index): Job.Job => {
    const arm = plan.arms.find(({ arm }) => arm === name)
    const source = arm === undefined ? undefined : sourceOf(arm.recipe.data)
    if (arm === undefined || source === undefined || "_tag" in source) throw new Error(`the arm "${name}" cannot run`)
    const start = startOf(arm.recipe.model)
    if (start !== null && "missing" in start) throw new Error(`the arm "${name}" cannot run`)
    const id = `${launch}-${index + 1}`
    const { engine: { directory, engine, version }, injection, steps } = options
    return {
      id,
      experiment: experiment.name,
      arm: name,
      seed,
      plan: arm,
      source,
      start,
      engine: { engine, version, directory },
      injection,
      steps,
      directory: path.join(home.runs, id)
    }
  })
  const { request } = options
  const owner = Owner.self()
  yield* store.begin({ id: launch, experiment: experiment.name, owner, started: Date.now(), request, runs: jobs })
  reporter.launched(experiment.name, launch, jobs)

  const runs: Array<RunResult> = []
  for (const job of jobs) {
    yield* Job.onDisk(job, () => {
      Job.describe(job.directory, job.plan, experiment.name)
      Job.tellEnvironment(job, environment, null)
    })
    const { past, token } = yield* Attempts.run(job, Course.start(job), { environment, stop })
    const result = RunOutcome.of(job, past)
    // The file first: the record is made good from it, and not the other way round.
    yield* Job.onDisk(job, () =>
      RunFolder.write(path.join(job.directory, "result.json"), { format: "ballast.run-result/1", ...result }))
    yield* store.end(result, token, Date.now()).pipe(Effect.retry({ times: busyTries }), Effect.ignore)
    reporter.ended(result)
    runs.push(result)
  }

  const expectations = experiment.expect.map((expectation) => Expectations.judge(expectation, runs))
  const result: Result = {
    format: "ballast.result/1",
    experiment: experiment.name,
    launch,
    runs,
    expectations,
    verdict: Expectations.verdictOf(expectations)
  }
  return result
})
