import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Locations from "../data/Locations.ts"
import * as Engines from "../engine/Engines.ts"
import * as ReplayText from "../report/ReplayText.ts"
import * as EngineProcess from "../run/EngineProcess.ts"
import * as Home from "../run/Home.ts"
import * as Incident from "../run/Incident.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended } from "./ExitCode.ts"
import * as Launching from "./Launching.ts"
import * as Output from "./Output.ts"
import { inTemporaryLog } from "./TemporaryLog.ts"

const { Argument, Command, Flag } = CommandLine

/** `ballast replay`: takes the step that failed once more, with a look at every node. */
export const replay = Command.make(
  "replay",
  {
    incident: Argument.String("incident").pipe(
      Argument.withDescription("an incident's id, RUN.ATTEMPT; a run, for its last one; or the folder that holds one")
    ),
    engine: Flag.Literals("engine", Engines.choices).pipe(
      Flag.withDescription("what computes (default: the engine that it failed on, where that works here)"),
      Flag.optional,
      Flag.map(Option.getOrNull)
    ),
    ...CommandLine.shared
  },
  Effect.fn(function*({ data, engine: asked, home, incident, json }) {
    const bundle = yield* Incident.open(incident, home)
    const { directory, document } = bundle
    const { cache, directory: at } = Home.at(Home.directoryOf(home))
    const locations = yield* Locations.read(at, data)
    const source = yield* Incident.demand(bundle, { locations, cache })
    const failedOn = Engines.names.find((name) => name === document.engine?.engine) ?? "auto"
    const engine = yield* Launching.engineOf(asked ?? failedOn, asked === null ? "the fault came up on it" : null)
    const assignment = { bundle: directory, source }
    const replayed = yield* inTemporaryLog((log) => EngineProcess.ask({ kind: "replay", engine, assignment }, { log }))
    const { attempt, fault, run } = document
    const told = { incident: `${run}.${attempt}`, failed: fault.message, ...replayed }
    yield* json
      ? Output.json({ format: "ballast.replay/1", ...told })
      : Output.lines(ReplayText.of(told, Output.columns()))
    if (!replayed.reproduced) return yield* new Ended({ code: code.no })
  })
).pipe(Command.withDescription("Take the step that failed once more, with a look at every node"))
