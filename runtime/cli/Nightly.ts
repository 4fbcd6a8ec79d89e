import * as Effect from "effect/Effect"
import * as os from "node:os"
import * as Locations from "../data/Locations.ts"
import * as Subprocess from "../engine/Subprocess.ts"
import * as Acceptance from "../nightly/Acceptance.ts"
import * as AcceptanceText from "../nightly/AcceptanceText.ts"
import * as Baseline from "../nightly/Baseline.ts"
import * as BaselineFile from "../nightly/BaselineFile.ts"
import * as Due from "../nightly/Due.ts"
import * as Planned from "../nightly/Planned.ts"
import * as PlannedText from "../nightly/PlannedText.ts"
import * as Sufficiency from "../nightly/Sufficiency.ts"
import * as Throughput from "../review/diff/Throughput.ts"
import * as Home from "../run/Home.ts"
import * as Lookup from "../run/Lookup.ts"
import * as Prepare from "../run/Prepare.ts"
import { Store } from "../run/Store.ts"
import * as ExperimentFiles from "../source/ExperimentFiles.ts"
import * as Load from "../source/Load.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"

const { Argument, Command, Flag } = CommandLine

const usualSeeds = 5

interface Planning {
  readonly all: boolean
  readonly seeds: number
  readonly home: Home.Home
  readonly locations: Locations.Locations
}

/** Plans one file's part of a night, or says why it has none. */
const planFile = Effect.fnUntraced(
  function*(file: string, { all, home, locations, seeds }: Planning) {
    const prepared = yield* Prepare.prepare(yield* Load.load(file), { locations, home, rehash: false })
    const { name, triggers = [] } = prepared.experiment
    const due = Due.of(triggers, yield* Due.lastLaunch(name), Date.now())
    if (due.due === null && !all) return { planned: [], broken: [] }
    const baselines = yield* BaselineFile.read(process.cwd(), name)
    const planned = Planned.arms(prepared, { file, due, baselines, seeds, seconds: yield* Throughput.read })
    return { planned, broken: [] }
  },
  (effect, file) =>
    effect.pipe(
      Effect.catchTag(["BaselinesInvalid", "InvalidExperiment", "NotLoaded"], ({ message }) =>
        Effect.succeed({ planned: [], broken: [{ file, message }] }))
    )
)

const plan = Effect.fn("Nightly.plan")(function*(options: Planning) {
  const files = ExperimentFiles.list(process.cwd())
  if (files.length === 0) {
    return yield* new WrongUsage({ message: "there are no experiments below experiments/: run it in the project's folder" })
  }
  const parts = yield* Effect.forEach(files, (file) => planFile(file, options))
  const planned = parts.flatMap((part) => part.planned)
  const night: PlannedText.Night = {
    planned,
    broken: parts.flatMap(({ broken }) => broken),
    refusal: Sufficiency.refuse(Planned.compared(planned))
  }
  return night
})

const moment = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()

const documentOf = ({ broken, planned, refusal }: PlannedText.Night) => ({
  format: "ballast.nightly/1",
  planned: planned.flatMap(({ arm, baseline, due, experiment, next, seconds, seeds }) =>
    seeds.map((seed) => ({
      experiment,
      arm,
      seed,
      due: moment(due),
      next: moment(next),
      seconds,
      baseline: baseline?.samples.length ?? null
    }))
  ),
  broken,
  refusal: refusal === null ? null : { ...refusal, message: Sufficiency.explain(refusal) }
})

/** A person's name as git knows it, else the one that the machine does. */
const nameOf = Subprocess.run("git", ["config", "user.name"]).pipe(
  Effect.map((name) => name.trim()),
  Effect.catch(() => Effect.succeed("")),
  Effect.map((name) => name === "" ? os.userInfo().username : name)
)

const accept = Command.make(
  "accept",
  {
    runs: Argument.String("run").pipe(
      Argument.withDescription("launches and runs whose figures are to be the baseline"),
      Argument.atLeast(1)
    ),
    reason: Flag.String("reason").pipe(Flag.withDescription("why these figures are right, for whoever reviews them")),
    by: CommandLine.optionalText("by", "who says so (default: git's user.name)"),
    arm: CommandLine.repeatedText("arm", "NAME", "take the runs of this arm alone; may be repeated"),
    home: CommandLine.shared.home,
    queue: Records.queue,
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ arm: arms, by, home: asked, json, queue, reason, runs }) {
    if (reason.trim() === "") return yield* new WrongUsage({ message: "--reason says nothing: write why these figures are right" })
    const home = yield* Records.existing(asked, queue)
    const found = yield* Effect.forEach(runs, (run) => Lookup.launch(run)).pipe(
      Effect.provide(Records.store({ home, queue }))
    )
    const named = found.flatMap(({ asked, launch: { request: { injection } } }) =>
      asked.filter(({ arm }) => arms.length === 0 || arms.includes(arm)).map((run) => ({ run, injection }))
    )
    const once = [...new Map(named.map((one) => [one.run.id, one])).values()]
    if (once.length === 0) return yield* new WrongUsage({ message: `no run of these is of ${arms.map((arm) => `"${arm}"`).join(", ")}` })
    const made = yield* Acceptance.make(once, {
      by: by ?? (yield* nameOf),
      reason: reason.trim(),
      at: new Date().toISOString()
    })
    const before = yield* Effect.forEach(made, ({ experiment }) => BaselineFile.read(process.cwd(), experiment))
    const accepted = yield* Effect.forEach(made, Effect.fnUntraced(function*({ baselines }, place) {
      const document = before[place] as Baseline.Document
      const file = yield* BaselineFile.write(process.cwd(), Baseline.replaced(document, baselines))
      return AcceptanceText.accepted(document, baselines, file)
    }))
    yield* json
      ? Output.json({ format: "ballast.accepted/1", baselines: accepted.flat() })
      : Output.lines(AcceptanceText.of(accepted.flat(), { seeds: usualSeeds, columns: Output.columns(), cwd: process.cwd() }))
  })
).pipe(Command.withDescription("Make recorded runs the baseline that nights are held against"))

/** `ballast nightly`: the scheduled regression runs. */
export const nightly = Command.make(
  "nightly",
  {
    "dry-run": CommandLine.given("dry-run", "say what would run, and run nothing"),
    all: CommandLine.given("all", "take every experiment, whether its time has come or not"),
    seeds: Flag.Int("seeds").pipe(
      Flag.withDescription("how many of a baseline's seeds run again (default: 5)"),
      Flag.withDefault(usualSeeds)
    ),
    home: CommandLine.shared.home,
    data: CommandLine.shared.data,
    queue: Records.queue,
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ all, data, "dry-run": dryRun, home: asked, json, queue, seeds }) {
    if (!dryRun) return yield* new WrongUsage({ message: "nightly takes --dry-run, which says what would run, or accept, which makes baselines" })
    if (seeds < 1 || seeds > Baseline.mostSamples) {
      return yield* new WrongUsage({ message: `--seeds takes a whole number from 1 to ${Baseline.mostSamples}, got ${seeds}` })
    }
    const home = Home.at(Home.directoryOf(asked))
    const locations = yield* Locations.read(home.directory, data)
    // Where nothing was run yet, nothing is made either: a plan leaves no trace.
    const store = queue === null && !Home.hasRuns(home) ? Store.layerMemory : Records.store({ home, queue })
    const night = yield* plan({ all, seeds, home, locations }).pipe(Effect.provide(store))
    yield* json ? Output.json(documentOf(night)) : Output.lines(PlannedText.of(night, Output.columns()))
    if (night.broken.length > 0 || night.refusal !== null) return yield* new Ended({ code: code.no })
  })
).pipe(
  Command.withDescription("Run what is due against its baselines, with tests that know chance from change"),
  Command.withSubcommands([accept])
)
