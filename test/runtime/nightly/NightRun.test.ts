import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as os from "node:os"
import { afterAll, beforeAll } from "vitest"
import * as Experiment from "../../../dsl/Experiment.ts"
import * as BaselineFile from "../../../runtime/nightly/BaselineFile.ts"
import type * as NightPlan from "../../../runtime/nightly/NightPlan.ts"
import * as NightRecord from "../../../runtime/nightly/NightRecord.ts"
import * as NightRun from "../../../runtime/nightly/NightRun.ts"
import * as Planned from "../../../runtime/nightly/Planned.ts"
import * as Home from "../../../runtime/run/Home.ts"
import * as Prepare from "../../../runtime/run/Prepare.ts"
import { Queue, type QueueService } from "../../../runtime/run/queue/Queue.ts"
import * as Stop from "../../../runtime/run/Stop.ts"
import { Store } from "../../../runtime/run/Store.ts"
import { Tables } from "../../../runtime/run/store/Tables.ts"
import { recipe } from "../../dsl/recipes.ts"
import { withRecord } from "../run/queue/queues.ts"
import { inTemporaryFolder } from "../run/temporary.ts"

// Nobody's changes of a repository are a part of what these nights measure.
const before = process.cwd()
beforeAll(() => process.chdir(os.tmpdir()))
afterAll(() => process.chdir(before))

const locations = { of: () => null, known: [] }

const planOf = Effect.fnUntraced(function*(home: Home.Home, names: ReadonlyArray<string>) {
  const parts = yield* Effect.forEach(names, Effect.fnUntraced(function*(experiment) {
    const declared = Experiment.make(experiment, { question: "Is it as it was?", arms: { only: recipe }, seeds: [0, 1], expect: [] })
    const prepared = yield* Prepare.prepare(declared, { locations, home, rehash: false })
    const arms = Planned.arms(prepared, {
      file: `experiments/${experiment}.ts`,
      due: { due: null, next: null },
      baselines: { format: "ballast.baselines/1", experiment, baselines: [] },
      seeds: 5,
      seconds: () => null
    })
    const part: NightPlan.Part = { experiment, prepared, arms, launch: null }
    return part
  }))
  const plan: NightPlan.NightPlan = {
    parts,
    broken: [],
    trained: parts.flatMap(({ arms }) => arms.map(({ arm, experiment, identity: { data, training } }) => ({ experiment, arm, training, data }))),
    baselines: []
  }
  return plan
})

/** Lends a home with a queue and the plan of a night of two experiments that nobody makes. */
const inHome = <A, E>(
  use: (night: {
    readonly home: Home.Home
    readonly plan: NightPlan.NightPlan
    readonly begin: Effect.Effect<NightRecord.NightRecord>
    readonly bring: (night: NightRecord.NightRecord) => Effect.Effect<unknown, unknown, Queue | Store>
  }) => Effect.Effect<A, E, Queue | Store>
) =>
  inTemporaryFolder((folder) =>
    Effect.gen(function*() {
      const home = yield* Home.open(folder)
      const plan = yield* planOf(home, ["one", "two"])
      const baselines = BaselineFile.folderOf(folder)
      const stop = Stop.make()
      stop.request("SIGINT")
      const say = () => Effect.void
      const options = { project: folder, baselines, all: true, seeds: 5, home, locations, engine: "wasm", stop, say, workOff: Effect.void } as const
      return yield* use({
        home,
        plan,
        begin: NightRun.begin(plan, { engine: "wasm" }),
        bring: (night) => NightRun.bring(night, plan, options)
      })
    }).pipe(Effect.provide(withRecord(Queue.layerEmbedded(Home.at(folder).runs), Tables.layerSqlite(Home.at(folder).database))))
  )

class Killed extends Error {}

/** A queue whose user is killed with its so-manieth submission, before that is there or right after. */
const killing = (queue: QueueService, count: number, when: "before" | "after"): QueueService => {
  let submissions = 0
  return {
    ...queue,
    submit: (...parameters) =>
      Effect.suspend(() => {
        if (++submissions < count) return queue.submit(...parameters)
        return Effect.andThen(when === "after" ? Effect.asVoid(queue.submit(...parameters)) : Effect.void, Effect.die(new Killed()))
      })
  }
}

const launchesOf = Effect.gen(function*() {
  const store = yield* Store
  const runs = yield* store.list()
  return [...Map.groupBy(runs, ({ launch }) => launch)].map(([launch, runs]) => ({ launch, experiment: runs[0]?.experiment, runs: runs.length }))
})

describe("NightRun", () => {
  for (const [when, count, there] of [["before", 1, 0], ["after", 2, 2]] as const) {
    it.effect(`launches everything once where it was killed ${when} launch number ${count}`, () =>
      inHome(Effect.fnUntraced(function*({ begin, bring, home, plan }) {
        const queue = yield* Queue
        const killed = bring(yield* begin).pipe(
          Effect.provideService(Queue, killing(queue, count, when)),
          Effect.catchDefect((defect) => Effect.succeed(defect))
        )
        assert.instanceOf(yield* killed, Killed)
        assert.lengthOf(yield* launchesOf, there)

        const found = yield* NightRun.interrupted(plan, { home, engine: "wasm" })
        assert.deepStrictEqual(found?.runs, { ended: 0, all: 2 * there })
        if (found === null) return
        yield* bring(found.night)
        const launches = yield* launchesOf
        assert.sameDeepMembers(launches.map(({ experiment, runs }) => [experiment, runs]), [["one", 2], ["two", 2]])
        const kept = NightRecord.list(home).map((night) => night.launches.map(({ launch }) => launch))
        assert.deepStrictEqual(kept.map((night) => night.toSorted()), [launches.map(({ launch }) => launch).toSorted()])
      })))
  }

  it.effect("goes on with no night that trains something else, and says what that has left in the queue", () =>
    inHome(Effect.fnUntraced(function*({ begin, bring, home, plan: { trained } }) {
      yield* bring(yield* begin)
      const others = trained.map((one) => one.experiment === "two" ? { ...one, data: "other" } : one)
      assert.isNull(yield* NightRun.interrupted({ trained: others }, { home, engine: "wasm" }))
      assert.isNull(yield* NightRun.interrupted({ trained }, { home, engine: "auto" }))
      const left = yield* NightRun.left(home, [])
      assert.deepStrictEqual(left.map(({ experiment, runs }) => [experiment, runs]), [["one", 2], ["two", 2]])
      const [taken = ""] = left.map(({ launch }) => launch)
      assert.deepStrictEqual((yield* NightRun.left(home, [taken])).map(({ experiment }) => experiment), ["two"])

      const queue = yield* Queue
      const store = yield* Store
      for (const { id } of yield* store.list()) yield* queue.cancel(id, "enough")
      assert.deepStrictEqual(yield* NightRun.left(home, []), [])
    })))
})
