import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as os from "node:os"
import * as Clip from "../../../dsl/Clip.ts"
import * as Experiment from "../../../dsl/Experiment.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Remedy from "../../../dsl/Remedy.ts"
import * as Retry from "../../../dsl/Retry.ts"
import * as Evaluation from "../../../runtime/run/Evaluation.ts"
import * as Home from "../../../runtime/run/Home.ts"
import * as Job from "../../../runtime/run/Job.ts"
import * as Lookup from "../../../runtime/run/Lookup.ts"
import * as Prepare from "../../../runtime/run/Prepare.ts"
import { Reporter } from "../../../runtime/run/Reporter.ts"
import * as Resume from "../../../runtime/run/Resume.ts"
import type { RunResult } from "../../../runtime/run/Result.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as Stop from "../../../runtime/run/Stop.ts"
import { Store } from "../../../runtime/run/Store.ts"
import type { StoreFailed } from "../../../runtime/run/store/Database.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import { Tables } from "../../../runtime/run/store/Tables.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import { childrenOf } from "../../e2e/project.ts"
import { attempts, jobIn, record, type Watching } from "./jobs.ts"
import { launchOf } from "./launches.ts"
import { failedRun, runResult } from "./results.ts"
import { recordOf } from "./stores.ts"
import { inTemporaryFolder } from "./temporary.ts"

const services = Layer.mergeAll(Store.layerMemory, Reporter.layerSilent)

/** No process has such a number. */
const gone: Holder.Holder = { host: os.hostname(), pid: 2 ** 30, born: null, lease: null }

/** Leaves the launch as a process does that was killed. */
const leave = Effect.fnUntraced(function*() {
  const store = yield* Store
  assert.isTrue(yield* store.take([{ id: "l-1", holder: Holder.self() }], gone))
})

/** Makes attempts at a new run, and leaves it. */
const begin = Effect.fnUntraced(function*(job: Job.Job, watching: Watching) {
  Job.describe(job.directory, job.plan, job.experiment)
  yield* record(job)
  const { past } = yield* attempts(job, watching)
  yield* leave()
  return past
})

/** Goes on with a run whose file now says something else, maybe, and leaves it. */
const resume = Effect.fnUntraced(function*(folder: string, job: Job.Job, recipe: Recipe.Recipe, { onEvent, stop }: Watching = {}) {
  const found = yield* Lookup.launch("l")
  const declared = Experiment.make("e", { question: "Does it go on?", arms: { a: recipe }, seeds: [0], expect: [] })
  const locations = { of: () => null, known: [] }
  const prepared = yield* Prepare.prepare(declared, { locations, home: Home.at(folder), rehash: false })
  const engines = new Map([[job.id, job.engine]])
  const reporter = { ...(yield* Reporter), event: onEvent ?? (() => undefined) }
  const { runs: [run] } = yield* Resume.run({ found, prepared, engines, restart: false, stop: stop ?? Stop.make() }).pipe(
    Effect.provideService(Reporter, reporter)
  )
  yield* leave()
  return run ?? assert.fail("there is no run")
})

/** Asks an attempt to stop once it has taken a step. */
const until = (attempt: number, step: number): Watching => {
  const stop = Stop.make()
  const onEvent = (event: Event): void => {
    if (event.kind === "step" && event.attempt === attempt && event.step >= step) stop.request("SIGINT")
  }
  return { stop, onEvent }
}

const long = { length: { steps: 1_000_000 } } as const
const longer = { length: { steps: 1_000_010 } } as const

const wholeLength = ({ directory }: Job.Job, attempt: number): number | null | undefined =>
  RunFolder.plan(RunFolder.attemptOf(directory, attempt))?.arms[0]?.schedule.totalSteps

/** Records a launch, and demands that nobody is at work on it. */
const demandFreed = Effect.fnUntraced(function*(holder: Holder.Holder, change: Effect.Effect<unknown, StoreFailed, Store | Tables>) {
  const store = yield* Store
  yield* store.begin(launchOf("l"), holder)
  yield* change
  const found = yield* Lookup.launch("l")
  const held = yield* Resume.demandFree(found).pipe(Effect.as(null), Effect.catch(({ message }) => Effect.succeed(message)))
  return { held, left: Resume.left(found).map(({ id }) => id) }
}, Effect.provide(recordOf(Tables.layerSqlite(":memory:"))))

const queue = Effect.fnUntraced(function*(run: string) {
  const tables = yield* Tables
  yield* tables.change("insert into demands (id, demand) values ('d', '{}')")
  yield* tables.change(
    "insert into tickets (run, demand, state, place, priority, submitted, not_before) values ($1, 'd', 'leased', 1, 0, 1, 0)",
    run
  )
})

const end = (result: RunResult) =>
  Effect.flatMap(Store, ({ end }) => end(result, null, { holder: Holder.self(), at: 1, reason: null }))

describe("Resume.demandFree", () => {
  it.effect("names the process that is at work, and does not mind who was where all has ended", () =>
    Effect.gen(function*() {
      const { held } = yield* demandFreed(Holder.self(), end(runResult({ id: "l-1" })))
      assert.strictEqual(held, `process ${process.pid} is at work on launch l: wait for its end, or end it first`)
      const both = Effect.all([end(runResult({ id: "l-1" })), end(failedRun("WorkerLost", { id: "l-2" }))])
      assert.deepStrictEqual(yield* demandFreed(Holder.self(), both), { held: null, left: ["l-2"] })
      assert.deepStrictEqual(yield* demandFreed(gone, Effect.void), { held: null, left: ["l-1", "l-2"] })
    }))

  it.effect("leaves to the workers what is in the queue, whoever had it before", () =>
    Effect.gen(function*() {
      const { held } = yield* demandFreed(gone, queue("l-2"))
      assert.match(held ?? "", /^launch l is in the queue: npx ballast worker takes it, npx ballast runs cancel l ends it$/)
    }))
})

describe("Resume", () => {
  it.live("goes on where an attempt was accepted of which the run's folder does not tell", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder, long)
      const [first] = yield* begin(job, until(1, 12))
      const store = yield* Store
      assert.isTrue(yield* store.take([{ id: job.id, holder: gone }], job.holder))
      assert.isTrue(yield* store.accept(job.id, { attempt: 2, token: "lost" }, { holder: job.holder, at: 1 }))
      yield* leave()
      const { attempts: made } = yield* resume(folder, job, job.plan.recipe, until(3, 0))
      assert.deepStrictEqual(made.map(({ from, number }) => [number, from]), [[1, 0], [3, first?.outcome.steps]])
    }, Effect.provide(services))), 60_000)

  it.live("keeps what was declared otherwise and what a remedy changed, however often it goes on", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const retry = Retry.ladder(Remedy.tightenClip({ start: 2 }))
      const job = yield* jobIn(folder, { ...long, retry }, {
        injection: { _tag: "Nan", step: 15, always: false, node: null }
      })
      yield* begin(job, until(2, 25))
      const changed = Recipe.with(job.plan.recipe, longer)
      yield* resume(folder, job, changed, until(3, 40))
      const { attempts: made } = yield* resume(folder, job, changed, until(4, 60))
      const [, second, third, fourth] = made
      assert.isAbove(second?.from ?? 0, 0)
      assert.isAbove(third?.from ?? 0, 25)
      assert.isAbove(fourth?.from ?? 0, 40)
      assert.deepStrictEqual([2, 3, 4].map((attempt) => wholeLength(job, attempt)), [1_000_000, 1_000_010, 1_000_010])
      for (const attempt of [2, 3, 4]) {
        const { clip } = yield* Evaluation.recipeOf(RunFolder.attemptOf(job.directory, attempt))
        assert.deepStrictEqual(clip, Clip.globalNorm(2))
      }
    }, Effect.provide(services))), 120_000)

  it.live("goes on from before what was declared otherwise where the attempt after that has left nothing", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder, long)
      const [first] = yield* begin(job, until(1, 25))
      const changed = Recipe.with(job.plan.recipe, longer)
      const killed = yield* resume(folder, job, changed, {
        onEvent: (event) => {
          if (event.kind === "status" && event.status === "compiling") process.kill(childrenOf(process.pid).at(-1) ?? -1, "SIGKILL")
        }
      })
      assert.strictEqual(killed.attempts.at(-1)?.fault?.tag, "WorkerLost")
      const { attempts: made } = yield* resume(folder, job, changed, until(3, 0))
      const steps = first?.outcome.steps
      assert.deepStrictEqual(made.map(({ from }) => from), [0, steps, steps])
    }, Effect.provide(services))), 120_000)

  it.live("finds the recipe of an arm that is named as a member of every object is", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder, {}, { arm: "toString" })
      Job.describe(job.directory, job.plan, job.experiment)
      yield* record(job)
      const found = yield* Lookup.launch("l")
      const { plan } = yield* Resume.asRecorded(found, { locations: { of: () => null, known: [] }, home: Home.at(folder) })
      assert.deepStrictEqual(plan.arms.map(({ arm, recipe }) => [arm, recipe]), [["toString", job.plan.recipe]])
    }, Effect.provide(services))))
})
