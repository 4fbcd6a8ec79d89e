import * as Effect from "effect/Effect"
import * as Locations from "../data/Locations.ts"
import type { Chosen } from "../engine/Engines.ts"
import * as Plan from "../plan/Plan.ts"
import * as Home from "../run/Home.ts"
import * as HostDemand from "../run/HostDemand.ts"
import * as Lookup from "../run/Lookup.ts"
import * as Prepare from "../run/Prepare.ts"
import * as Recorded from "../run/Recorded.ts"
import * as Resume from "../run/Resume.ts"
import * as RunExperiment from "../run/Run.ts"
import * as Standing from "../run/Standing.ts"
import { Store } from "../run/Store.ts"
import * as Load from "../source/Load.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Launching from "./Launching.ts"

const { Argument, Command } = CommandLine

const what = Argument.String("launch").pipe(
  Argument.withDescription("a launch's id, or one of its runs', a beginning of it that no other has, or \"last\"")
)

interface Asked {
  readonly asRecorded: boolean
  readonly home: Home.Home
  readonly locations: Locations.Locations
}

/** Finds the arms of what is left: as the file has them now, or as they were recorded. Fails with WrongUsage. */
const prepared = Effect.fnUntraced(function*(found: Lookup.FoundLaunch, { asRecorded, home, locations }: Asked) {
  const { id, request: { file } } = found.launch
  const options = { home, locations: Recorded.locations(locations, found.runs.map(({ directory }) => directory)) }
  if (asRecorded) return yield* Resume.asRecorded(found, options)
  if (file === null) {
    return yield* new WrongUsage({
      message: `launch ${id} comes from a program or a revision, and from no file that lies here: npx ballast resume ${id} --as-recorded`
    })
  }
  const prepared = yield* Prepare.prepare(yield* Load.load(file), { ...options, rehash: false })
  yield* Experiments.arms(prepared.plan.arms.map(({ arm }) => arm), Resume.left(found).map(({ arm }) => arm))
  return prepared
})

/** Chooses the engine of each run: that which it was computed with, so that it comes to the same bits. */
const enginesOf = Effect.fnUntraced(function*(found: Lookup.FoundLaunch) {
  const chosen = new Map<string, Chosen>()
  const engines = new Map<string, Chosen>()
  for (const run of Resume.left(found)) {
    const begun = Standing.engineOf(run)
    const choice = begun ?? found.launch.request.engine
    const { directory, engine, version } = chosen.get(choice)
      ?? (yield* Launching.engineOf(choice, begun === null ? null : "the run was begun with it"))
    chosen.set(choice, { directory, engine, version })
    engines.set(run.id, { directory, engine, version })
  }
  return engines
})

/** `ballast resume`: finishes what is left of a launch, and judges it as a whole. */
export const resume = Command.make(
  "resume",
  {
    launch: what,
    ...CommandLine.shared,
    "as-recorded": CommandLine.given("as-recorded", "go on with the recipes that were recorded, whatever the file says now"),
    restart: CommandLine.given("restart", "begin anew what cannot go on with what the file says now")
  },
  Effect.fn(function*({ "as-recorded": asRecorded, data, home: asked, json, launch, restart }) {
    const home = yield* Home.existing(Home.directoryOf(asked))
    const found = yield* Effect.provide(Lookup.launch(launch), Store.layerSqlite(home.database))
    yield* Resume.demandFree(found)
    const locations = yield* Locations.read(home.directory, data)
    const left = Resume.left(found)
    if (left.length === 0) yield* Launching.say(`nothing is left to do of launch ${found.launch.id}`)
    const ready = yield* prepared(found, { asRecorded, home, locations })
    const arms = ready.plan.arms.filter(({ arm }) => left.some((run) => run.arm === arm))
    yield* RunExperiment.demandData({ ...ready, plan: { ...ready.plan, arms } })
    if (!Plan.isValid({ ...ready.plan, arms })) yield* Launching.judged({ ...ready.plan, arms }, false)
    const engines = yield* enginesOf(found)
    for (const { arm, id } of left) {
      const engine = engines.get(id)
      if (engine !== undefined) yield* HostDemand.check(arms.filter((one) => one.arm === arm), engine.engine)
    }
    yield* Launching.watched(
      (stop) => Resume.run({ found, prepared: ready, engines, restart, stop }),
      { home, json, expect: ready.experiment.expect }
    )
  })
).pipe(Command.withDescription("Go on with what is left of a launch, and judge it as a whole"))
