import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Locations from "../data/Locations.ts"
import * as Engines from "../engine/Engines.ts"
import * as Baseline from "../nightly/Baseline.ts"
import * as NightJUnit from "../nightly/NightJUnit.ts"
import * as NightMarkdown from "../nightly/NightMarkdown.ts"
import * as NightPage from "../nightly/NightPage.ts"
import * as NightPlan from "../nightly/NightPlan.ts"
import * as NightRecord from "../nightly/NightRecord.ts"
import type { NightReport } from "../nightly/NightReport.ts"
import * as NightRun from "../nightly/NightRun.ts"
import * as NightText from "../nightly/NightText.ts"
import * as NightWords from "../nightly/NightWords.ts"
import * as Planned from "../nightly/Planned.ts"
import * as PlannedText from "../nightly/PlannedText.ts"
import * as Sufficiency from "../nightly/Sufficiency.ts"
import * as Figure from "../report/Figure.ts"
import * as Home from "../run/Home.ts"
import { Queue } from "../run/queue/Queue.ts"
import * as Stop from "../run/Stop.ts"
import { Store } from "../run/Store.ts"
import * as ExperimentFiles from "../source/ExperimentFiles.ts"
import * as EventLog from "../train/EventLog.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Launching from "./Launching.ts"
import { accept, baselinesFlag, baselinesOf, usualSeeds } from "./NightlyAccept.ts"
import { bisect } from "./NightlyBisect.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"
import * as Signals from "./Signals.ts"
import * as Worker from "./Worker.ts"

const { Command, Flag } = CommandLine

const moment = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()

const plannedOf = (plan: NightPlan.NightPlan): PlannedText.Night => {
  const planned = NightPlan.armsOf(plan)
  return { planned, broken: plan.broken, refusal: Sufficiency.refuse(Planned.compared(planned)) }
}

const planDocument = ({ broken, planned, refusal }: PlannedText.Night) => ({
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

interface Printing {
  readonly json: boolean
  readonly md: boolean
}

const printPlan = (night: PlannedText.Night, { json }: Pick<Printing, "json">) =>
  json ? Output.json(planDocument(night)) : Output.lines(PlannedText.of(night, Output.columns()))

const documentOf = (report: NightReport) => ({ ...report, started: moment(report.started), ended: moment(report.ended) })

const files = (report: NightReport): Readonly<Record<string, string>> => ({
  "report.json": `${EventLog.encode(documentOf(report))}\n`,
  "report.md": NightMarkdown.of(report),
  "report.html": NightPage.of(report),
  "junit.xml": NightJUnit.of(report)
})

interface Reporting extends Printing {
  readonly folder: string | null
  readonly junit: string | null
}

const reported = Effect.fn("Nightly.reported")(function*(report: NightReport, { folder, json, junit, md }: Reporting) {
  const written = files(report)
  if (folder !== null) yield* NightRecord.writeFiles(folder, written)
  if (junit !== null) yield* NightRecord.writeFiles(path.dirname(path.resolve(junit)), { [path.basename(junit)]: NightJUnit.of(report) })
  if (json) yield* Output.json(documentOf(report))
  else if (md) Output.text(NightMarkdown.of(report))
  else yield* Output.lines(NightText.of(report, Output.columns()))
  if (folder !== null) yield* Launching.say(`the report lies in ${path.relative(process.cwd(), folder) || "."}`)
})

/** Finds the code that a night ends with. */
const codeOf = ({ broken, ended, failed, verdict }: NightReport, stop: Stop.Stop): number => {
  if (stop.requested() !== null) return stop.requested() === "SIGTERM" ? code.terminated : code.interrupted
  if (failed.length > 0) return code.failed
  if (verdict === "regressed" || broken.length > 0) return code.no
  return ended === null ? code.environment : code.done
}

/** Says what nights that were broken off have left in the queue, which whoever works there makes, too. */
const tellLeft = ({ experiment, launch, night: { id, origin: { commit }, started }, runs }: NightRun.Left) =>
  Launching.say(
    `night ${id} of ${commit?.slice(0, 12) ?? "no commit"}, begun ${Figure.zoned(started)}, was broken off, and measures something else than is asked for now. `
    + `The queue still has ${Figure.plural(runs, "run")} of ${experiment} that it launched: npx ballast runs cancel ${launch} withdraws them`
  )

/** Finds the night that is to go on, or begins one; null where nothing is due, or where it could find nothing. */
const begun = Effect.fn("Nightly.begun")(function*(plan: NightPlan.NightPlan, options: {
  readonly engine: Engines.Choice
  readonly home: Home.Home
}) {
  const interrupted = yield* NightRun.interrupted(plan, options)
  if (interrupted !== null) {
    const { night: { id, started }, runs } = interrupted
    yield* Launching.say(`going on with night ${id}, begun ${Figure.zoned(started)}: ${NightWords.progress(runs)}`)
  }
  const night = interrupted?.night ?? (plan.parts.length === 0 ? null : yield* NightRun.begin(plan, options))
  yield* Effect.forEach(yield* NightRun.left(options.home, night?.launches.map(({ launch }) => launch) ?? []), tellLeft)
  return night
})

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
    engine: Flag.Literals("engine", Engines.choices).pipe(
      Flag.withDescription("what is to compute: the first engine that works where a run is made, or one by name"),
      Flag.withDefault("auto")
    ),
    baselines: baselinesFlag,
    home: CommandLine.shared.home,
    data: CommandLine.shared.data,
    queue: Records.queue,
    out: CommandLine.optionalText("out", "a folder that the reports are written to (default: the night's, in the home)"),
    junit: CommandLine.optionalText("junit", "a file that JUnit's XML is written to"),
    md: CommandLine.given("md", "print Markdown"),
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ all, baselines: folder, data, "dry-run": dryRun, engine, home: asked, json, junit, md, out, queue, seeds }) {
    if (json && md) return yield* new WrongUsage({ message: "--json and --md do not go together" })
    if (seeds < 1 || seeds > Baseline.mostSamples) {
      return yield* new WrongUsage({ message: `--seeds takes a whole number from 1 to ${Baseline.mostSamples}, got ${seeds}` })
    }
    const project = process.cwd()
    const baselines = baselinesOf(folder)
    const home = Home.at(Home.directoryOf(asked))
    if (ExperimentFiles.list(project).length === 0) {
      return yield* new WrongUsage({ message: "there are no experiments below experiments/: run it in the project's folder" })
    }
    const locations = yield* Locations.read(home.directory, data)
    const judged = new Set(NightRecord.judged(NightRecord.list(home)))
    const planning: NightPlan.Options = { project, baselines, all, seeds, home, locations, judged }
    if (dryRun) {
      // Where nothing was run yet, nothing is made either: a plan leaves no trace.
      const store = queue === null && !Home.hasRuns(home) ? Store.layerMemory : Records.store({ home, queue })
      const night = plannedOf(yield* NightPlan.make(planning).pipe(Effect.provide(store)))
      yield* printPlan(night, { json })
      return night.broken.length > 0 || night.refusal !== null ? yield* new Ended({ code: code.no }) : undefined
    }
    yield* Home.open(home.directory, { shared: queue !== null })
    yield* Effect.scoped(Effect.gen(function*() {
      const stop = Stop.make()
      yield* Signals.watch(stop, (signal) => Effect.runSync(Launching.say(`${signal}: the night ends with what is known so far`)))
      // What triggers are due is launched by them, and the night takes it from there.
      yield* (yield* Queue).tend
      const plan = yield* NightPlan.make(planning)
      const night = yield* begun(plan, { engine, home })
      const planned = plannedOf(plan)
      if (planned.refusal !== null && night !== null && night.launches.length === 0) {
        yield* json ? printPlan(planned, { json }) : Launching.say(Sufficiency.explain(planned.refusal))
        return yield* new Ended({ code: code.no })
      }
      const say = Launching.say
      const workOff = Worker.workOff({ home, locations, engine, drain: stop })
      const { close, report }: NightRun.Brought = night === null
        ? { report: yield* NightRun.ofNothing(plan, { baselines, engine }), close: Effect.void }
        : yield* NightRun.bring(night, plan, { ...planning, engine, say, stop, workOff })
      yield* reported(report, {
        folder: out !== null ? path.resolve(out) : night === null ? null : NightRecord.folderOf(home, night.id),
        junit,
        json,
        md
      })
      yield* close
      if (report.ended === null) yield* say("to go on with it: npx ballast nightly, once more, with the same --engine")
      const ended = codeOf(report, stop)
      if (ended !== code.done) return yield* new Ended({ code: ended })
    })).pipe(Effect.provide(Records.layer({ home, queue, tends: true })))
  })
).pipe(
  Command.withDescription("Run what is due against its baselines, with tests that know chance from change"),
  Command.withSubcommands([accept, bisect])
)
