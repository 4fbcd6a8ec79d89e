/**
 * A launch that was not finished, gone on with: what is left of it, from where it stands.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Experiment from "../../dsl/Experiment.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Chosen } from "../engine/Engines.ts"
import * as Continuation from "../plan/Continuation.ts"
import * as Plan from "../plan/Plan.ts"
import * as RecipeDiff from "../plan/RecipeDiff.ts"
import type { AttemptRecord } from "./AttemptRecord.ts"
import * as Course from "./Course.ts"
import * as Environment from "./Environment.ts"
import * as Evaluation from "./Evaluation.ts"
import * as History from "./History.ts"
import * as Job from "./Job.ts"
import * as Launch from "./Launch.ts"
import type { FoundLaunch } from "./Lookup.ts"
import * as Owner from "./Owner.ts"
import * as Prepare from "./Prepare.ts"
import type { RunResult } from "./Result.ts"
import * as RunFolder from "./RunFolder.ts"
import * as RunOutcome from "./RunOutcome.ts"
import * as Standing from "./Standing.ts"
import type { Stop } from "./Stop.ts"
import { Store } from "./Store.ts"
import type { RunRecord } from "./store/Listing.ts"
import * as Holder from "./store/Holder.ts"

/** Another process is at work on the launch; `message` says which one. */
export class LaunchHeld extends Schema.TaggedError<LaunchHeld>()("LaunchHeld", { message: Schema.String }) {}

/** What has changed since keeps runs from going on; `issues` lists it, and `message` says what can be done. */
export class ForcesRestart extends Schema.TaggedError<ForcesRestart>()("ForcesRestart", {
  message: Schema.String,
  issues: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

/** Faults of the machine say nothing against going on. */
const ofTheMachine: ReadonlySet<string | undefined> = new Set(["WorkerLost", "Preempted", "Timeout"])

/** Tells whether there is something left to do for a run: it was broken off, not begun, or failed by the machine's fault. */
export const isUnfinished = ({ result, status }: RunRecord): boolean =>
  status === "interrupted" || status === "waiting" || status === "running"
  || (status === "failed" && ofTheMachine.has(result?.attempts.at(-1)?.fault?.tag))

/** Lists the runs of those asked for that are left to do. */
export const left = ({ asked }: FoundLaunch): ReadonlyArray<RunRecord> => asked.filter(isUnfinished)

/** Demands that nobody is at work on a launch. Fails with LaunchHeld. */
export const demandFree = ({ launch, runs }: FoundLaunch): Effect.Effect<void, LaunchHeld> =>
  Effect.suspend(() => {
    const open = runs.filter(({ result }) => result === null)
    if (open.some(({ queued }) => queued)) {
      return new LaunchHeld({
        message: `launch ${launch.id} is in the queue: npx ballast worker takes it, npx ballast runs cancel ${launch.id} ends it`
      })
    }
    const owner = open.flatMap(({ holder }) => holder ?? []).find(Owner.lives)
    return owner === undefined ? Effect.void : new LaunchHeld({
      message: `${Owner.name(owner)} is at work on launch ${launch.id}: wait for its end, or end it first`
    })
  })

export interface Options {
  readonly found: FoundLaunch
  /** The arms as they are to be gone on with: as the file has them now, or as they were recorded. */
  readonly prepared: Prepare.Prepared
  /** The engine that each run computes with, by the run's id. */
  readonly engines: ReadonlyMap<string, Chosen>
  /** Begins anew what cannot go on. */
  readonly restart: boolean
  readonly stop: Stop
}

/** Another identity without another value: Ballast reads the recipe otherwise, or the weights it begins with are others. */
const unseen = (before: Plan.Arm["identity"], { identity, recipe }: Plan.Arm): ReadonlyArray<Continuation.Judgement> => {
  const [then, now] = [before.data, identity.data]
  if (then !== null && then !== now) {
    const restart = "it began with other data: the fingerprint differs"
    return [{ path: "data", before: then, after: now, restart }]
  }
  if (before.training === null || before.training === identity.training) return []
  const restart = recipe.model.weights === undefined
    ? "this version of Ballast comes to another training with it"
    : "it began with other weights, or another version of Ballast"
  return [{ path: "model", before: before.training, after: identity.training, restart }]
}

interface Left {
  readonly job: Job.Job
  readonly course: Course.Course
  readonly step: number
  readonly judgements: ReadonlyArray<Continuation.Judgement>
}

/** Prepares a launch's arms as they were recorded, whatever the experiment's file says now. */
export const asRecorded = Effect.fn("Resume.asRecorded")(
  function*({ launch, runs }: FoundLaunch, options: Omit<Prepare.Options, "rehash">) {
    const recipes = new Map<string, Recipe.Recipe>()
    for (const { arm, directory } of runs) {
      if (!recipes.has(arm)) recipes.set(arm, yield* Evaluation.recipeOf(directory))
    }
    const arms = Object.fromEntries(recipes)
    const seeds = [...new Set(runs.map(({ seed }) => seed))]
    const declared = Experiment.make(launch.experiment, { question: "What was recorded?", arms, seeds, expect: [] })
    const prepared = yield* Prepare.prepare(declared, { ...options, rehash: false })
    const { expect } = launch.request
    return { ...prepared, experiment: { ...prepared.experiment, expect } }
  }
)

const standingOf = Effect.fn("Resume.standingOf")(function*(
  run: RunRecord,
  { engines, found: { launch }, prepared }: Options
) {
  const { arm, directory, id } = run
  const engine = engines.get(id)
  if (engine === undefined) return yield* Effect.die(new Error(`no engine was chosen for run ${id}`))
  const job = Standing.jobOf(run, { experiment: launch.experiment, request: launch.request, prepared, engine, holder: Holder.self() })
  const identity = RunFolder.plan(directory)?.arms[0]?.identity ?? null
  const recorded = yield* Evaluation.recipeOf(directory)
  const changes = RecipeDiff.of(recorded, job.plan.recipe)
  const course = Standing.courseOf(job, run.attempt)
  const { step } = yield* Course.beginning(job, course)
  const before = { ...Plan.resolveArm(arm, recorded, job.source.facts, job.start), identity: identity ?? job.plan.identity }
  const begun = course.past.length > 0
  const judged = begun ? Continuation.of(before, job.plan, step) : []
  const standing: Left = {
    job,
    course,
    step,
    judgements: begun && changes.length === 0 ? unseen(before.identity, job.plan) : judged
  }
  return standing
})

const forced = ({ judgements }: Left): ReadonlyArray<Continuation.Judgement> =>
  judgements.filter(({ restart }) => restart !== null)

const refusal = (launch: string, standings: ReadonlyArray<Left>): ForcesRestart => {
  const issues = standings.flatMap((standing) =>
    forced(standing).map((judgement) => ({
      path: `${standing.job.id}.${judgement.path}`,
      message: `${RecipeDiff.say(judgement)}, and ${judgement.restart}`
    }))
  )
  return new ForcesRestart({
    issues,
    message: [
      `launch ${launch} cannot go on with what the file says now:`,
      ...standings.flatMap((standing) => {
        const { job: { arm, id, seed }, step } = standing
        return [
          `  ${id} (${arm}, seed ${seed}), which stands at step ${step}`,
          ...forced(standing).flatMap((judgement) => [
            `    ${RecipeDiff.say(judgement)}`,
            `      forces a restart: ${judgement.restart}`
          ])
        ]
      }),
      `begin these runs anew:            npx ballast resume ${launch} --restart`,
      `go on with what was recorded:     npx ballast resume ${launch} --as-recorded`
    ].join("\n")
  })
}

const anew = ({ course, job }: Left): Course.Course => {
  const last = course.past.at(-1)
  const fresh = { ...Course.start(job), attempted: course.attempted, token: course.token }
  if (last === undefined) return fresh
  const turned: AttemptRecord = { ...last, next: { kind: "restart" } }
  RunFolder.write(RunFolder.recordFile(RunFolder.attemptOf(job.directory, turned.result.number)), turned)
  return { ...fresh, past: [...course.past.slice(0, -1), turned] }
}

/** What is known of a run that is not to be gone on with now. */
const kept = (run: RunRecord, steps: number | null): RunResult =>
  run.result ?? RunOutcome.of(
    { ...run, steps },
    RunFolder.plan(run.directory)?.arms[0]?.schedule.totalSteps ?? null,
    History.read(run.directory).past
  )

/**
 * Goes on with what is left of a launch and judges it as a whole. Fails with LaunchHeld where another process is at work on
 * it, with ForcesRestart where what has changed keeps a run from going on, and as `Launch.bring` does.
 */
export const run = Effect.fn("Resume.run")(function*(options: Options) {
  const { found, prepared, restart, stop } = options
  const { launch, runs } = found
  const store = yield* Store
  yield* demandFree(found)
  const standings = yield* Effect.forEach(left(found), (run) => standingOf(run, options))
  const stuck = standings.filter((standing) => forced(standing).length > 0)
  if (stuck.length > 0 && !restart) return yield* refusal(launch.id, stuck)
  const taken = yield* store.take(left(found), Holder.self())
  if (!taken) {
    return yield* new LaunchHeld({
      message: `another process has just begun to work on launch ${launch.id}: npx ballast runs list shows how it goes`
    })
  }
  const entries: Array<Launch.Entry> = []
  for (const run of runs) {
    const standing = standings.find(({ job }) => job.id === run.id)
    if (standing === undefined) entries.push({ kind: "finished", result: kept(run, launch.request.steps) })
    else {
      const { job } = standing
      yield* Job.onDisk(job, () => History.keep(job.directory, standing.course.past))
      const course = stuck.includes(standing) ? yield* Job.onDisk(job, () => anew(standing)) : standing.course
      entries.push({ kind: "unfinished", job, course })
    }
  }
  const gathered = yield* Environment.gather
  const { file, origin: { commit, dirty } } = launch.request
  // Where no file says what is gone on with, the commit that lies here does not either.
  const environment = file === null ? { ...gathered, commit, dirty } : gathered
  return yield* Launch.bring({
    launch: launch.id,
    experiment: launch.experiment,
    expect: prepared.experiment.expect,
    entries,
    environment,
    stop
  })
})
