import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Locations from "../data/Locations.ts"
import * as Engines from "../engine/Engines.ts"
import * as EvalText from "../report/EvalText.ts"
import * as Paragraph from "../report/Paragraph.ts"
import * as EngineProcess from "../run/EngineProcess.ts"
import * as Evaluation from "../run/Evaluation.ts"
import * as Home from "../run/Home.ts"
import * as Lookup from "../run/Lookup.ts"
import { Store } from "../run/Store.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import { inTemporaryLog } from "./TemporaryLog.ts"

interface Asked {
  readonly run: string | null
  readonly predictions: string | null
  readonly annotations: string | null
  readonly home: string | null
  readonly data: ReadonlyArray<string>
}

const ways = "write ballast eval RUN, or ballast eval --predictions RESULTS.json --annotations ANNOTATIONS.json"

/** Finds out which of the two ways was meant; they share no argument but --json. */
const meant = ({ annotations, data, home, predictions, run }: Asked): Evaluation.CocoFiles | string | WrongUsage => {
  const refuse = (what: string): WrongUsage => new WrongUsage({ message: `${what}: ${ways}` })
  if (predictions === null && annotations === null) {
    return run ?? refuse("eval takes a run, or two files")
  }
  if (run !== null) return refuse(`eval takes a run or files, not both: ${run} is taken for a run`)
  if (predictions === null) return refuse("--annotations needs --predictions")
  if (annotations === null) return refuse("--predictions needs --annotations")
  if (home !== null) return refuse("--home belongs to a run, and the files need none")
  if (data.length > 0) return refuse("--data belongs to a run, and the files need none")
  return { predictions, annotations }
}

const ofRun = Effect.fn(function*(id: string, { data, home: asked }: Asked) {
  const home = yield* Home.existing(Home.directoryOf(asked))
  const run = yield* Effect.provide(Lookup.find(id), Store.layerSqlite(home.database))
  const locations = yield* Locations.read(home.directory, data)
  const engine = yield* Engines.choose("auto")
  const assignment = yield* Evaluation.assign(run, { home, locations })
  return yield* inTemporaryLog((log) => EngineProcess.ask({ kind: "evaluate", engine, assignment }, { log }))
})

const ofFiles = Effect.fn(function*(files: Evaluation.CocoFiles) {
  const { doubts, evaluation } = yield* Evaluation.ofFiles(files)
  const { columns } = Output
  for (const doubt of doubts) yield* Output.complaint(Paragraph.message(doubt, columns()))
  return evaluation
})

/** `ballast eval`: measures what a run has learnt, or another program's detections. */
export const evaluate = CommandLine.Command.make(
  "eval",
  {
    run: CommandLine.run.pipe(CommandLine.Argument.optional, CommandLine.Argument.map(Option.getOrNull)),
    predictions: CommandLine.optionalText("predictions", "measure this list of results, in COCO's format, and no run"),
    annotations: CommandLine.optionalText("annotations", "what the results are measured against, in COCO's format"),
    ...CommandLine.shared
  },
  Effect.fn(function*({ json, ...asked }) {
    const what = meant(asked)
    if (what instanceof WrongUsage) return yield* what
    const evaluation = yield* (typeof what === "string" ? ofRun(what, asked) : ofFiles(what))
    yield* json ? Output.json(evaluation) : Output.lines(EvalText.of(evaluation, Output.columns()))
  })
).pipe(
  CommandLine.Command.withDescription(
    "Measure what a run has learnt, by COCO's average precision or a classifier's accuracy, or detections in a file"
  )
)
