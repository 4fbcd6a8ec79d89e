import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Engines from "../engine/Engines.ts"
import * as Locations from "../data/Locations.ts"
import * as Baseline from "../nightly/Baseline.ts"
import * as Between from "../nightly/Between.ts"
import * as Bisect from "../nightly/Bisect.ts"
import * as BisectRuns from "../nightly/BisectRuns.ts"
import * as BisectText from "../nightly/BisectText.ts"
import * as Comparison from "../nightly/Comparison.ts"
import * as Metric from "../nightly/Metric.ts"
import * as Revisions from "../nightly/Revisions.ts"
import * as Combinations from "../nightly/statistics/Combinations.ts"
import * as Home from "../run/Home.ts"
import * as Stop from "../run/Stop.ts"
import * as Git from "../source/Git.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Launching from "./Launching.ts"
import { usualSeeds } from "./NightlyAccept.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"
import * as Signals from "./Signals.ts"
import * as Worker from "./Worker.ts"

const { Argument, Command, Flag } = CommandLine

const usualBudget = 200

const endOf = (folder: string, flag: string, revision: string): Effect.Effect<string, WrongUsage> =>
  Effect.mapError(Git.commitOf(folder, revision), ({ code, message }) => {
    // Git says nothing more of a revision that is not there.
    const why = code === 1 ? `there is no such revision in ${folder}` : message
    return new WrongUsage({ message: `${flag} ${revision}: ${why}` })
  })

/** Finds the commits from the good to the bad one, both among them. Fails with WrongUsage. */
const commitsOf = Effect.fnUntraced(function*(
  folder: string,
  { bad, good }: { readonly bad: string; readonly good: string }
) {
  const [first, last] = [yield* endOf(folder, "--good", good), yield* endOf(folder, "--bad", bad)]
  const after = yield* Effect.mapError(Git.between(folder, first, last), ({ message }) =>
    new WrongUsage({ message: `there is no way from --good ${good} to --bad ${bad}: ${message}` }))
  return [first, ...after]
})

/** Finds the commits that change what is trained. Fails with WrongUsage where an end has no such arm. */
const candidatesOf = Effect.fnUntraced(function*(commits: ReadonlyArray<string>, options: Revisions.Options) {
  const found = yield* Revisions.read(commits, options)
  for (const end of [found[0], found.at(-1)]) {
    if (end === undefined || end.recipe === null) {
      return yield* new WrongUsage({ message: `commit ${end?.commit.slice(0, 12)} cannot be measured: ${end?.reason}` })
    }
  }
  return Revisions.candidates(found)
})

const seedsOf = (count: number): Effect.Effect<ReadonlyArray<number>, WrongUsage> =>
  count <= Baseline.mostSamples && Combinations.leastP(count, count) <= Comparison.level
    ? Effect.succeed(Array.from({ length: count }, (_, seed) => seed))
    : Effect.fail(new WrongUsage({ message: `--seeds takes a whole number from 3 to ${Baseline.mostSamples}: fewer can tell nothing from chance; got ${count}` }))

/** `ballast nightly bisect`: which commit made a figure worse, and which field of the recipe. */
export const bisect = Command.make(
  "bisect",
  {
    experiment: Argument.String("experiment").pipe(Argument.withDescription("the experiment's name")),
    arm: Flag.String("arm").pipe(Flag.withDescription("the arm whose figure got worse")),
    metric: Flag.Literals("metric", Metric.names).pipe(Flag.withDescription("the figure that got worse")),
    good: Flag.String("good").pipe(Flag.withDescription("a revision at which it was as it should be")),
    bad: Flag.String("bad").pipe(Flag.withDescription("a later revision at which it is not")),
    seeds: Flag.Int("seeds").pipe(
      Flag.withDescription("at how many seeds each measurement is made (default: 5)"),
      Flag.withDefault(usualSeeds)
    ),
    runs: Flag.Int("runs").pipe(
      Flag.withDescription(`how many runs it may make (default: ${usualBudget})`),
      Flag.withDefault(usualBudget)
    ),
    engine: Flag.Literals("engine", Engines.choices).pipe(
      Flag.withDescription("what is to compute: the first engine that works where a run is made, or one by name"),
      Flag.withDefault("auto")
    ),
    home: CommandLine.shared.home,
    data: CommandLine.shared.data,
    queue: Records.queue,
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ arm, bad, data, engine, experiment, good, home: asked, json, metric, queue, runs: budget, seeds: count }) {
    const seeds = yield* seedsOf(count)
    const home = yield* Home.open(Home.directoryOf(asked), { shared: queue !== null })
    const locations = yield* Locations.read(home.directory, data)
    const folder = path.resolve(".")
    const say = Launching.say
    const commits = yield* commitsOf(folder, { good, bad })
    const candidates = yield* candidatesOf(commits, { folder, experiment, arm, home, locations })
    if (candidates.length < 2) {
      return yield* new WrongUsage({
        message: `no commit from ${good} to ${bad} changes what "${arm}" trains: what changed is Ballast, an engine, the data or the machine`
      })
    }
    const looks = Between.looks({ good: 0, bad: candidates.length - 1 })
    yield* say(`${candidates.length - 1} of ${commits.length - 1} commits change what is trained: about ${(4 + looks) * seeds.length} runs, and some for the fields`)
    yield* Effect.scoped(Effect.gen(function*() {
      const stop = Stop.make()
      yield* Signals.watch(stop, (signal) => Effect.runSync(say(`${signal}: ending with what is known so far`)))
      const workOff = Worker.workOff({ home, locations, engine, drain: stop })
      const options = { experiment, arm, seeds, engine, budget, home, locations, say, stop, workOff }
      const { measure, spent } = BisectRuns.measuring(options)
      const outcome = yield* Bisect.run({
        metric,
        candidates,
        measure: (subject) => measure(subject),
        trainingOf: (recipe) => BisectRuns.trainingOf(recipe, options)
      })
      yield* json
        ? Output.json({ format: "ballast.bisect/1", experiment, arm, metric, ...outcome, runs: { spent: spent(), most: budget } })
        : Output.lines(BisectText.of(outcome, metric, Output.columns()))
      const signal = stop.requested()
      if (signal !== null) return yield* new Ended({ code: signal === "SIGTERM" ? code.terminated : code.interrupted })
      if (outcome.verdict !== "found") return yield* new Ended({ code: code.no })
    })).pipe(Effect.provide(Records.layer({ home, queue, tends: true })))
  })
).pipe(Command.withDescription("Find the commit that made a figure worse, and the field of the recipe"))
