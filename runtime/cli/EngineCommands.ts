import * as Effect from "effect/Effect"
import * as Engines from "../engine/Engines.ts"
import * as Install from "../engine/tensorflow/Install.ts"
import * as EnginesText from "../report/EnginesText.ts"
import * as Line from "../report/Line.ts"
import * as Requirements from "../engine/wasm/Requirements.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended } from "./ExitCode.ts"
import * as Output from "./Output.ts"

const { Argument, Command } = CommandLine

const name = Argument.Literals("engine", Engines.names).pipe(Argument.withDescription("the engine"))

const list = Command.make(
  "list",
  { json: CommandLine.shared.json },
  Effect.fn(function*({ json }) {
    const engines = yield* Engines.list
    yield* json
      ? Output.json({ format: "ballast.engines/1", engines })
      : Output.lines(EnginesText.list(engines, Output.columns()))
  })
).pipe(Command.withDescription("List the engines and whether they can be used here"))

const install = Command.make(
  "install",
  {
    engine: name,
    trust: CommandLine.given("trust", "admit a wheel whose SHA-256 is not known here"),
    remove: CommandLine.given("remove", "remove the engine instead")
  },
  Effect.fn(function*({ engine: name, remove, trust }) {
    if (name === "wasm") {
      const obstacle = Requirements.obstacle()
      if (obstacle !== null) return yield* new Engines.EngineMissing({ message: obstacle })
      const itself = "the wasm engine comes with Ballast's npm packages"
      return yield* Output.lines([Line.of(`${itself}: there is nothing to ${remove ? "remove" : "install"}`)])
    }
    if (remove) {
      const folders = yield* Install.remove()
      return yield* Output.lines(
        folders.length === 0
          ? [Line.of("the tensorflow engine is not installed")]
          : folders.map((folder) => Line.of(`removed ${folder}`))
      )
    }
    let said = ""
    const { already, engine } = yield* Install.install({
      trust,
      progress: ({ message, stage }) => {
        // A download tells of itself every second; a log needs it once.
        const key = stage === "download" ? message.split(" ").slice(0, 1).join() : message
        if (key === said) return
        said = key
        Effect.runSync(Output.complaint([Line.of(Line.span(stage.padEnd(9), "quiet"), message)]))
      }
    })
    yield* Output.lines([
      Line.of(`the tensorflow engine ${already ? "is installed already" : "is installed"}: ${engine.directory}`)
    ])
  })
).pipe(Command.withDescription("Install an engine, going on where an earlier installation was ended"))

const checked = name.pipe(
  Argument.withDescription("the engines to check (default: all that can be used here)"),
  Argument.variadic()
)

const check = Command.make(
  "check",
  { engines: checked, json: CommandLine.shared.json },
  Effect.fn(function*({ engines: asked, json }) {
    const engines = yield* Engines.check(asked)
    yield* json
      ? Output.json({ format: "ballast.check/1", engines })
      : Output.lines(EnginesText.check(engines, Output.columns()))
    if (engines.some(({ failed }) => failed > 0)) return yield* new Ended({ code: code.no })
  })
).pipe(Command.withDescription("Check engines against reference cases"))

/** `ballast engine`: what computes. */
export const engine = Command.make("engine").pipe(
  Command.withDescription("List, install and check what computes"),
  Command.withSubcommands([list, install, check])
)
