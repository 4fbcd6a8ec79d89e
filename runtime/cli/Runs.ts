import * as Effect from "effect/Effect"
import * as Courses from "../report/Courses.ts"
import * as RunsText from "../report/RunsText.ts"
import * as Detail from "../run/Detail.ts"
import * as Home from "../run/Home.ts"
import * as Lookup from "../run/Lookup.ts"
import { type RunRecord, Store } from "../run/Store.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Output from "./Output.ts"

const { Command } = CommandLine

const secondsOf = ({ ended, started }: RunRecord): number | null =>
  started === null || ended === null ? null : (ended - started) / 1000

const rowOf = (run: RunRecord): RunsText.RunRow => ({
  id: run.id,
  experiment: run.experiment,
  arm: run.arm,
  seed: run.seed,
  status: run.status,
  steps: run.result?.steps ?? null,
  loss: run.result?.metrics.loss ?? null,
  map50: run.result?.metrics.map50 ?? null,
  accuracy: run.result?.metrics.accuracy ?? null,
  started: run.started,
  seconds: run.result?.metrics.seconds ?? secondsOf(run)
})

/** The figures of a run that has not ended, and those that a result lacks which an older version wrote. */
const unknown: RunsText.RunDetail["metrics"] = {
  loss: NaN,
  map50: null,
  map: null,
  accuracy: null,
  imagesPerSecond: NaN,
  seconds: NaN
}

const detailOf = (run: RunRecord, detail: Detail.Detail): RunsText.RunDetail => {
  const { checkpoints, environment, events, identity, recipe } = detail
  const courses = Courses.of(events.flatMap((event) => event.kind === "step" ? [event] : []))
  // What a later attempt has taken again does not count.
  const counts = (attempt: number, step: number): boolean =>
    courses.every((course) => course.attempt <= attempt || course.from >= step)
  const { arm, directory, experiment, id, launch, result, seed, started, status } = run
  return {
    engine: null,
    execution: null,
    steps: Courses.joined(courses).losses.length,
    partial: false,
    stopped: null,
    best: null,
    clipRate: NaN,
    gradNorm: { median: NaN, p99: NaN, max: NaN },
    spikes: 0,
    skipped: 0,
    advice: [],
    attempts: detail.attempts,
    infrastructure: 0,
    remedied: false,
    ...result,
    metrics: { ...unknown, ...result?.metrics },
    id,
    arm,
    seed,
    directory,
    experiment,
    launch,
    started,
    status,
    recipe,
    identity,
    revision: environment?.commit === undefined || environment.commit === null
      ? null
      : { commit: environment.commit, dirty: environment.dirty !== null },
    courses,
    evaluations: events.flatMap((event) => event.kind === "eval" && counts(event.attempt, event.step) ? [event] : []),
    monitors: events.flatMap((event) => event.kind === "monitor" && counts(event.attempt, event.step + 1) ? [event] : []),
    checkpoints
  }
}

const list = Command.make(
  "list",
  { home: CommandLine.shared.home, json: CommandLine.shared.json },
  Effect.fn(function*({ home: asked, json }) {
    const home = Home.at(Home.directoryOf(asked))
    // Listing what is not there yet is no reason to make a folder.
    const runs = Home.hasRuns(home)
      ? yield* Effect.provide(Effect.flatMap(Store, ({ list }) => list()), Store.layerSqlite(home.database))
      : []
    yield* json
      ? Output.json({ format: "ballast.runs/1", runs: runs.map((run) => ({ ...rowOf(run), directory: run.directory })) })
      : Output.lines(RunsText.list(runs.map(rowOf), { columns: Output.columns() }))
  })
).pipe(Command.withDescription("List the runs that are kept, the newest launch first"))

const show = Command.make(
  "show",
  { run: CommandLine.run, home: CommandLine.shared.home, json: CommandLine.shared.json },
  Effect.fn(function*({ home: asked, json, run: id }) {
    const home = yield* Home.existing(Home.directoryOf(asked))
    const run = yield* Effect.provide(Lookup.find(id), Store.layerSqlite(home.database))
    const detail = detailOf(run, yield* Detail.read(run.directory))
    yield* json
      ? Output.json({ format: "ballast.run/1", ...detail })
      : Output.lines(RunsText.show(detail, { columns: Output.columns(), cwd: process.cwd() }))
  })
).pipe(Command.withDescription("Show all that is known of a run"))

/** `ballast runs`: the runs that are kept. */
export const runs = Command.make("runs").pipe(
  Command.withDescription("List and show the runs that are kept"),
  Command.withSubcommands([list, show])
)
