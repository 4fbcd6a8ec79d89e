import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as Expect from "../../../../dsl/Expect.ts"
import * as Experiment from "../../../../dsl/Experiment.ts"
import * as Host from "../../../../dsl/Host.ts"
import * as Recipe from "../../../../dsl/Recipe.ts"
import * as Conditions from "../../../../runtime/engine/Conditions.ts"
import * as Home from "../../../../runtime/run/Home.ts"
import * as Job from "../../../../runtime/run/Job.ts"
import * as Lookup from "../../../../runtime/run/Lookup.ts"
import * as Prepare from "../../../../runtime/run/Prepare.ts"
import * as Demand from "../../../../runtime/run/queue/Demand.ts"
import * as Submitting from "../../../../runtime/run/queue/Submitting.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import * as Holder from "../../../../runtime/run/store/Holder.ts"
import { recipe } from "../../../dsl/recipes.ts"
import { jobIn } from "../jobs.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { origin } from "./queues.ts"

const request = { file: "/e.ts", steps: 5, engine: "wasm", injection: "nan@3" } as const

describe("Submitting", () => {
  it.effect("makes data of what was chosen of an experiment, with what decides its results and what it demands", () =>
    inTemporaryFolder(Effect.fnUntraced(function*(folder) {
      const host = Host.make({ memory: "2 GiB", labels: { gpu: "h200" }, limits: { licences: 2 } })
      const declared = Experiment.make("e", {
        question: "Which is better?",
        arms: { plain: recipe, demanding: Recipe.with(recipe, { host, batch: 4 }), unasked: recipe },
        seeds: [0, 1, 2],
        expect: [Expect.diverges("plain")]
      })
      const locations = { of: () => null, known: [] }
      const prepared = yield* Prepare.prepare(declared, { locations, home: Home.at(folder), rehash: false })
      const asked = { arms: ["plain", "demanding"], seeds: [2, 0], request, commit: null }
      const submission = yield* Submitting.ofPrepared(prepared, asked)
      assert.deepStrictEqual(submission.runs, [
        { arm: "plain", seed: 2 },
        { arm: "plain", seed: 0 },
        { arm: "demanding", seed: 2 },
        { arm: "demanding", seed: 0 }
      ])
      assert.strictEqual(submission.experiment, "e")
      const { origin, ...rest } = submission.request
      assert.deepStrictEqual(rest, { ...request, expect: [Expect.diverges("plain")] })
      assert.strictEqual(origin.ballast, Conditions.ballastVersion())
      const commit = "c".repeat(40)
      const revised = yield* Submitting.ofPrepared(prepared, { ...asked, commit })
      // A worker has to have the Ballast that has planned it, whichever its own commit is.
      assert.deepStrictEqual(revised.request.origin, { commit, dirty: null, ballast: origin.ballast })
      assert.deepStrictEqual(revised.arms, submission.arms)
      assert.deepStrictEqual(Object.keys(submission.arms), ["plain", "demanding"])
      for (const { arm, identity, recipe } of prepared.plan.arms.slice(0, 2)) {
        assert.deepStrictEqual(submission.arms[arm], {
          recipe: Recipe.encode(recipe),
          identity,
          totalSteps: 100,
          demand: Demand.of(recipe, { ballast: origin.ballast, engine: "wasm" })
        })
      }
      assert.deepInclude(submission.arms["demanding"]?.demand, { memory: 2 ** 31, labels: host.labels, limits: host.limits, device: "any" })
      // It travels, and is the same where it arrives.
      assert.deepStrictEqual(JSON.parse(JSON.stringify(submission)), submission)
    })))

  it.effect("makes data of runs that no queue had, from their folders, to be made again as they were", () =>
    inTemporaryFolder(Effect.fnUntraced(function*(folder) {
      const store = yield* Store
      const job = yield* jobIn(folder)
      Job.describe(job.directory, job.plan, "e")
      const runs = [job, { ...job, id: "l-2", seed: 9 }, { ...job, id: "l-3", arm: "lost", directory: `${folder}/gone` }]
      yield* store.begin({ id: "l", experiment: "e", started: 1, request: { ...request, expect: [], origin }, runs }, Holder.self())
      const found = yield* Lookup.launch("l")
      const two = { ...found, asked: found.runs.slice(0, 2) }
      const { identity, recipe, schedule } = job.plan
      const demand = Demand.of(recipe, { ballast: origin.ballast, engine: "wasm" })
      assert.deepStrictEqual(yield* Submitting.ofLaunched(two), {
        experiment: "e",
        request: { ...request, expect: [], origin },
        arms: { a: { recipe: Recipe.encode(recipe), identity, totalSteps: schedule.totalSteps, demand } },
        runs: [{ arm: "a", seed: 0 }, { arm: "a", seed: 9 }]
      })

      const failed = yield* Effect.flip(Submitting.ofLaunched(found))
      assert.strictEqual(failed._tag, "DataFault")
      fs.rmSync(`${job.directory}/plan.json`)
      const { arms } = yield* Submitting.ofLaunched(two)
      assert.deepStrictEqual([arms["a"]?.identity.training, arms["a"]?.totalSteps], [null, null])
      fs.rmSync(RunFolder.recipeFile(job.directory))
      assert.strictEqual((yield* Effect.flip(Submitting.ofLaunched(two)))._tag, "DataFault")
    }, Effect.provide(Store.layerMemory))))

  it.effect("makes data of runs that were in the queue, whatever became of their folders", () =>
    inTemporaryFolder(Effect.fnUntraced(function*(folder) {
      const job = yield* jobIn(folder)
      const demand = Demand.of(job.plan.recipe, { ballast: origin.ballast, engine: "wasm" })
      const arm = { recipe: Recipe.encode(job.plan.recipe), identity: job.plan.identity, totalSteps: 40, demand }
      const launch = { id: "l", experiment: "e", started: 1, request: { ...request, expect: [], origin }, arms: { a: arm }, trigger: null }
      const run = {
        id: "l-1", launch: "l", experiment: "e", arm: "a", seed: 4, status: "failed", reason: null, directory: `${folder}/gone`,
        started: 1, ended: 2, holder: null, queued: false, attempt: 1, result: null
      } as const
      const submission = yield* Submitting.ofLaunched({ launch, runs: [run], asked: [run] })
      assert.deepStrictEqual(submission, {
        experiment: "e",
        request: launch.request,
        arms: { a: arm },
        runs: [{ arm: "a", seed: 4 }]
      })
    })))
})
