/**
 * A launch: every chosen arm at every chosen seed, one run after the other, each in a process of its own.
 */
import * as Effect from "effect/Effect"
import { randomInt } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Recipe from "../../dsl/Recipe.ts"
import type { Source } from "../data/Source.ts"
import type { Chosen } from "../engine/Engines.ts"
import type * as Plan from "../plan/Plan.ts"
import * as PlanJson from "../plan/PlanJson.ts"
import type { Event } from "../train/Event.ts"
import * as EventLog from "../train/EventLog.ts"
import type { AttemptOutcome } from "../train/Outcome.ts"
import type { TrainedStart } from "../train/TrainedStart.ts"
import * as EngineProcess from "./EngineProcess.ts"
import * as Environment from "./Environment.ts"
import * as Expectations from "./Expectations.ts"
import { type Home, HomeUnusable } from "./Home.ts"
import type { Prepared } from "./Prepare.ts"
import { Reporter, type RunReference } from "./Reporter.ts"
import type { Result, RunResult } from "./Result.ts"
import * as RunFolder from "./RunFolder.ts"
import type { Stop } from "./Stop.ts"
import { Store } from "./Store.ts"

export interface Options {
  readonly prepared: Prepared
  readonly engine: Chosen
  readonly home: Home
  /** The arms and seeds to run, in this order. */
  readonly arms: ReadonlyArray<string>
  readonly seeds: ReadonlyArray<number>
  /** Ends every run after so many steps; null for their whole length. */
  readonly steps: number | null
  readonly stop: Stop
}

interface Job extends RunReference {
  readonly plan: Plan.Arm
  readonly source: Source
  readonly start: TrainedStart | null
  readonly directory: string
}

/** Makes an id that sorts by time and is short enough to type. */
const newLaunchId = (): string => `${Date.now().toString(36)}${randomInt(36 ** 2).toString(36).padStart(2, "0")}`

const writeDocument = (file: string, document: unknown): void => {
  fs.writeFileSync(`${file}.tmp`, `${JSON.stringify(JSON.parse(EventLog.encode(document)), null, 2)}\n`, { flush: true })
  fs.renameSync(`${file}.tmp`, file)
}

const describe = (job: Job, experiment: string, environment: Environment.Environment): void => {
  fs.mkdirSync(job.directory, { recursive: true })
  writeDocument(path.join(job.directory, "recipe.json"), Recipe.encode(job.plan.recipe))
  writeDocument(path.join(job.directory, "plan.json"), PlanJson.plan({ experiment, arms: [job.plan] }))
  writeDocument(path.join(job.directory, "environment.json"), { ...environment, data: job.source.directory })
}

const neverStarted: AttemptOutcome = {
  status: "interrupted",
  steps: 0,
  stopped: null,
  best: null,
  fault: null,
  engine: null,
  metrics: { loss: NaN, map50: null, map: null, accuracy: null, imagesPerSecond: 0, seconds: 0 },
  clipRate: 0,
  gradNorm: { median: NaN, p99: NaN, max: NaN }
}

const resultOf = (job: Job, outcome: AttemptOutcome, attempts: 0 | 1, steps: number | null): RunResult => {
  const { clipRate, engine, fault, gradNorm, metrics, status, stopped, best } = outcome
  return {
    id: job.id,
    arm: job.arm,
    seed: job.seed,
    status,
    engine: engine?.engine ?? null,
    execution: engine === null
      ? null
      : { version: engine.version, device: engine.device, threads: engine.threads, ...engine.execution },
    steps: outcome.steps,
    partial: steps !== null && steps < (job.plan.schedule.totalSteps ?? 0),
    stopped,
    best,
    metrics,
    clipRate,
    gradNorm,
    attempts: attempts === 0 ? [] : [{ number: 1, status, fault, diagnosis: null, remedy: null }],
    directory: job.directory
  }
}

/** Another process may hold the record for a while; every try waits for 10 seconds. */
const busyTries = 5

const onDisk = ({ directory }: Job, body: () => void): Effect.Effect<void, HomeUnusable> =>
  Effect.try({
    try: body,
    catch: (cause) =>
      new HomeUnusable({
        directory,
        message: `${directory} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. `
          + "Make room there, or name another folder with --home"
      })
  })

const signals: ReadonlySet<string> = new Set(["SIGINT", "SIGTERM", "SIGHUP"])

/** Trains in another process; what happens to that is a fault of the attempt. */
const attempt = (job: Job, { engine, steps, stop }: Options, onEvent: (event: Event) => void): Effect.Effect<AttemptOutcome> => {
  const directory = RunFolder.attemptOf(job.directory, 1)
  const began = performance.now()
  let done = 0
  const task = {
    kind: "attempt",
    engine,
    assignment: {
      run: job.id,
      attempt: 1,
      arm: job.arm,
      seed: job.seed,
      recipe: job.plan.recipe,
      source: job.source,
      start: job.start,
      steps,
      directory
    }
  } as const
  return EngineProcess.ask(task, {
    log: path.join(directory, "process.log"),
    onEvent: (event) => {
      if (event.kind === "step" && event.finite) done = event.step + 1
      onEvent(event)
    },
    onStop: stop.listen
  }).pipe(
    Effect.catch((fault) =>
      Effect.sync((): AttemptOutcome =>
        // A signal that was meant for all of them may come before the process listens.
        stop.requested() !== null && fault.signal !== null && signals.has(fault.signal) ? { ...neverStarted, steps: done } : {
        ...neverStarted,
        status: "failed",
        steps: done,
        fault: { tag: fault._tag, message: fault.message, step: done },
        metrics: { ...neverStarted.metrics, loss: Infinity, seconds: (performance.now() - began) / 1000 }
      })
    )
  )
}

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

  const jobs = options.arms.flatMap((name) => options.seeds.map((seed) => ({ name, seed }))).map(({ name, seed }, index): Job => {
    const arm = plan.arms.find(({ arm }) => arm === name)
    const source = arm === undefined ? undefined : sourceOf(arm.recipe.data)
    if (arm === undefined || source === undefined || "_tag" in source) throw new Error(`the arm "${name}" cannot run`)
    const start = startOf(arm.recipe.model)
    if (start !== null && "missing" in start) throw new Error(`the arm "${name}" cannot run`)
    const id = `${launch}-${index + 1}`
    return { id, arm: name, seed, plan: arm, source, start, directory: path.join(home.runs, id) }
  })
  yield* store.begin({ id: launch, experiment: experiment.name, owner: process.pid, started: Date.now(), runs: jobs })
  reporter.launched(experiment.name, launch, jobs)

  const runs: Array<RunResult> = []
  for (const job of jobs) {
    let outcome = neverStarted
    const started = stop.requested() === null
    yield* onDisk(job, () => describe(job, experiment.name, environment))
    if (started) {
      yield* store.start(job.id, Date.now())
      outcome = yield* attempt(job, options, (event) => reporter.event(event, job))
      if (outcome.engine !== null) {
        const used = { ...environment, data: job.source.directory, engine: outcome.engine }
        yield* onDisk(job, () => writeDocument(path.join(job.directory, "environment.json"), used))
      }
    }
    const result = resultOf(job, outcome, started ? 1 : 0, options.steps)
    // The file first: the record is made good from it, and not the other way round.
    yield* onDisk(job, () =>
      writeDocument(path.join(job.directory, "result.json"), { format: "ballast.run-result/1", ...result }))
    yield* store.end(result, Date.now()).pipe(Effect.retry({ times: busyTries }), Effect.ignore)
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
