import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Clip from "../../../dsl/Clip.ts"
import * as Experiment from "../../../dsl/Experiment.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import type { AttemptRecord } from "../../../runtime/run/AttemptRecord.ts"
import * as Course from "../../../runtime/run/Course.ts"
import * as Home from "../../../runtime/run/Home.ts"
import * as Job from "../../../runtime/run/Job.ts"
import * as Prepare from "../../../runtime/run/Prepare.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as Standing from "../../../runtime/run/Standing.ts"
import { jobIn } from "./jobs.ts"
import { leased, request } from "./launches.ts"
import { accepted, fault, record, remedied, remedy } from "./states.ts"
import { inTemporaryFolder } from "./temporary.ts"

/** Keeps an attempt in a run's folder with the plan that it was made on. */
const keep = ({ directory, experiment }: Job.Job, plan: Plan.Arm, made: AttemptRecord): void => {
  const attempt = RunFolder.attemptOf(directory, made.result.number)
  Job.describe(attempt, plan, experiment)
  RunFolder.write(RunFolder.recordFile(attempt), made)
}

const replanned = ({ arm, plan, source }: Job.Job, fields: Parameters<typeof Recipe.with>[1]): Plan.Arm =>
  Plan.resolveArm(arm, Recipe.with(plan.recipe, fields), source.facts)

const trainingOf = ({ identity }: Plan.Arm): string => identity.training ?? assert.fail("it comes to no training")

describe("Standing.courseOf", () => {
  it.effect("is at the start where nothing was made, whatever was accepted", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder)
      assert.deepStrictEqual(Standing.courseOf(job, 0), Course.start(job))
      assert.deepStrictEqual(Standing.courseOf(job, 2), { ...Course.start(job), attempted: 2 })
    })))

  it.effect("counts the attempts that the record or the folder alone knows, and goes on by the folder's token", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder)
      const one = record({ number: 1, status: "interrupted" })
      keep(job, job.plan, one)
      accepted(job.directory, 3, 7)
      const course = Standing.courseOf(job, 2)
      assert.deepStrictEqual([course.attempted, course.token], [3, "token 3"])
      assert.deepStrictEqual(course.past[0], one)
      assert.deepStrictEqual(course.past.map(({ result: { from, number } }) => [number, from]), [[1, 0], [3, 7]])
      assert.strictEqual(Standing.courseOf(job, 4).attempted, 4)
    })))

  it.effect("is on what remedies have made of what is declared now, from there on alone", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder, { clip: Clip.globalNorm(8) })
      const tighter = replanned(job, { clip: Clip.globalNorm(4) })
      keep(job, job.plan, record({ number: 1, status: "failed", fault: fault(), remedy: remedy(4) }, remedied(null)))
      RunFolder.write(RunFolder.remediedFile(RunFolder.attemptOf(job.directory, 1)), Recipe.encode(tighter.recipe))
      const course = Standing.courseOf(job, 1)
      assert.deepStrictEqual([course.plan.recipe, course.plan.identity], [tighter.recipe, tighter.identity])
      assert.deepStrictEqual(course.trainings, [trainingOf(tighter)])

      keep(job, tighter, record({ number: 2, from: 4, status: "interrupted" }))
      const longer = { ...job, plan: replanned(job, { length: { steps: 80 } }) }
      const changed = Standing.courseOf(longer, 2)
      const both = replanned(job, { clip: Clip.globalNorm(4), length: { steps: 80 } })
      assert.deepStrictEqual([changed.plan.recipe, changed.plan.identity], [both.recipe, both.identity])
      assert.deepStrictEqual(changed.trainings, [trainingOf(both), trainingOf(tighter)])
    })))
})

describe("Standing.engineOf", () => {
  it.effect("is that of the last attempt, or that which a remedy has chosen, and none before the first", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const job = yield* jobIn(folder)
      const engine = { engine: "tensorflow", version: "2.21.0", directory: null } as const
      assert.isNull(Standing.engineOf(job))
      keep(job, job.plan, { ...record({ number: 1, status: "interrupted" }), engine })
      assert.strictEqual(Standing.engineOf(job), "tensorflow")
      const other = { ...engine, engine: "webgpu" } as const
      const next = { kind: "remedy", rung: [{ _tag: "SwitchEngine" }], checkpoint: null, engine: other } as never
      keep(job, job.plan, { ...record({ number: 2, status: "failed", fault: fault() }), engine, next })
      assert.strictEqual(Standing.engineOf(job), "webgpu")
      accepted(job.directory, 3, 0)
      assert.strictEqual(Standing.engineOf(job), "wasm")
    })))
})

describe("Standing.jobOf", () => {
  it.effect("is what the record and the arm as it is prepared now come to, for whoever holds the run", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const made = yield* jobIn(folder)
      const declared = Experiment.make("e", { question: "What is it?", arms: { a: made.plan.recipe }, seeds: [0], expect: [] })
      const locations = { of: () => null, known: [] }
      const prepared = yield* Prepare.prepare(declared, { locations, home: Home.at(folder), rehash: false })
      const { engine, experiment } = made
      const holder = leased("mine")
      const jobWith = (asked: Partial<typeof request>): Job.Job =>
        Standing.jobOf(
          { id: "l-2", arm: "a", seed: 3, directory: path.join(folder, "l-2") },
          { experiment, request: { ...request, ...asked }, prepared, engine, holder }
        )
      const { plan, source, ...job } = jobWith({ steps: 20, injection: "nan@7!" })
      assert.deepStrictEqual([plan.recipe, plan.identity, source.facts], [made.plan.recipe, made.plan.identity, made.source.facts])
      assert.deepStrictEqual(job, {
        id: "l-2",
        experiment,
        holder,
        arm: "a",
        seed: 3,
        start: null,
        engine,
        injection: { _tag: "Nan", step: 7, always: true, node: null },
        steps: 20,
        directory: path.join(folder, "l-2")
      })
      assert.isNull(jobWith({}).injection)
      assert.isNull(jobWith({ injection: "of another version" }).injection)
    })))
})
