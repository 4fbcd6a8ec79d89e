import * as Effect from "effect/Effect"
import * as Line from "../report/Line.ts"
import * as Screen from "../report/Screen.ts"
import * as Home from "../run/Home.ts"
import * as Stop from "../run/Stop.ts"
import * as Log from "../run/telemetry/Log.ts"
import * as Admission from "../serve/Admission.ts"
import * as Server from "../serve/Server.ts"
import * as Token from "../serve/Token.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"
import * as Signals from "./Signals.ts"

const { Command, Flag } = CommandLine

/** Demands a token where others than this machine reach the server, and keeps sessions for it where there is one. */
const sessionsOf = Effect.fnUntraced(function*(host: string, tokenFile: string | null) {
  const token = yield* Token.read(tokenFile, process.env)
  if (token !== null) return Token.sessions(token)
  if (Admission.isLoopback(host)) return null
  return yield* new WrongUsage({
    message: `--host ${host} lets others than this machine in, and takes a token that they tell: --token-file FILE, or BALLAST_TOKEN; `
      + Token.advice
  })
})

/** The answers go to browsers, the address to standard output, and what goes wrong to standard error. */
const logging = () => {
  const { colour, live } = Screen.of(Output.standardError, process.env)
  return Log.layer({ format: "auto", terminal: live, colour, write: Output.standardError.write })
}

/** `ballast serve`: the HTTP API and the dashboard. */
export const serve = Command.make(
  "serve",
  {
    home: CommandLine.shared.home,
    queue: Records.queue,
    host: Flag.String("host").pipe(
      Flag.withDescription("the address to listen on; others than this machine need the token"),
      Flag.withDefault("127.0.0.1")
    ),
    port: CommandLine.port("port", "the port to listen on; 0 for any that is free").pipe(Flag.withDefault(7070)),
    "token-file": CommandLine.optionalText("token-file", "the file that holds the token (default: BALLAST_TOKEN)")
  },
  Effect.fn(function*({ home: asked, host, port, queue, "token-file": tokenFile }) {
    const sessions = yield* sessionsOf(host, tokenFile)
    const home = yield* Home.open(Home.directoryOf(asked), { shared: queue !== null })
    const drain = Stop.make()
    yield* Effect.scoped(Effect.gen(function*() {
      yield* Signals.watch(drain, () => undefined)
      const address = yield* Server.listen({ host, port, sessions, drain })
      yield* Output.lines([Line.of(`dashboard at ${address}`)])
      yield* Stop.awaited(drain)
    })).pipe(Effect.provide([Records.layer({ home, queue }), logging()]))
    return yield* new Ended({ code: drain.requested() === "SIGTERM" ? code.terminated : code.interrupted })
  })
).pipe(Command.withDescription("Serve the dashboard and the HTTP API, to this machine alone where nothing else is said"))
