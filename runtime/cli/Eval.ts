import * as Effect from "effect/Effect"
import * as Locations from "../data/Locations.ts"
import * as Engines from "../engine/Engines.ts"
import * as EvalText from "../report/EvalText.ts"
import * as EngineProcess from "../run/EngineProcess.ts"
import * as Evaluation from "../run/Evaluation.ts"
import * as Home from "../run/Home.ts"
import * as Lookup from "../run/Lookup.ts"
import { Store } from "../run/Store.ts"
import * as CommandLine from "./CommandLine.ts"
import { inTemporaryLog } from "./TemporaryLog.ts"
import * as Output from "./Output.ts"

/** `ballast eval`: measures average precision of what a run has learnt. */
export const evaluate = CommandLine.Command.make(
  "eval",
  {
    run: CommandLine.run,
    ...CommandLine.shared
  },
  Effect.fn(function*({ data, home: asked, json, run: id }) {
    const home = yield* Home.existing(Home.directoryOf(asked))
    const run = yield* Effect.provide(Lookup.find(id), Store.layerSqlite(home.database))
    const locations = yield* Locations.read(home.directory, data)
    const engine = yield* Engines.choose("auto")
    const assignment = yield* Evaluation.assign(run, { home, locations })
    const evaluation = yield* inTemporaryLog((log) => EngineProcess.ask({ kind: "evaluate", engine, assignment }, { log }))
    yield* json ? Output.json(evaluation) : Output.lines(EvalText.of(evaluation, Output.columns()))
  })
).pipe(CommandLine.Command.withDescription("Measure average precision, by COCO's definitions, of a run's last checkpoint"))
