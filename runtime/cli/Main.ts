/**
 * The ballast command.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Conditions from "../engine/Conditions.ts"
import * as Line from "../report/Line.ts"
import * as Screen from "../report/Screen.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Complaint from "./Complaint.ts"
import { code } from "./ExitCode.ts"
import * as Output from "./Output.ts"

// A command loads what it needs alone: all of them together take half as long again to start.
const load = {
  validate: async () => (await import("./Validate.ts")).validate,
  plan: async () => (await import("./Plan.ts")).plan,
  schedule: async () => (await import("./Plan.ts")).schedule,
  lint: async () => (await import("./Lint.ts")).lint,
  diff: async () => (await import("./Diff.ts")).diff,
  review: async () => (await import("./Review.ts")).review,
  tune: async () => (await import("./Tune.ts")).tune,
  run: async () => (await import("./Run.ts")).run,
  resume: async () => (await import("./Resume.ts")).resume,
  replay: async () => (await import("./Replay.ts")).replay,
  submit: async () => (await import("./Submit.ts")).submit,
  worker: async () => (await import("./Worker.ts")).worker,
  serve: async () => (await import("./Serve.ts")).serve,
  triggers: async () => (await import("./Triggers.ts")).triggers,
  runs: async () => (await import("./Runs.ts")).runs,
  report: async () => (await import("./Report.ts")).report,
  nightly: async () => (await import("./Nightly.ts")).nightly,
  eval: async () => (await import("./Eval.ts")).evaluate,
  engine: async () => (await import("./EngineCommands.ts")).engine,
  doctor: async () => (await import("./Doctor.ts")).doctor
}

const isCommand = (name: string): name is keyof typeof load => Object.hasOwn(load, name)

/** Makes the command with the subcommand that the arguments begin with, or with all where they begin otherwise. */
const ballast = async ([first = ""]: ReadonlyArray<string>) =>
  CommandLine.Command.make("ballast").pipe(
    CommandLine.Command.withDescription("Runs training experiments, and keeps them upright"),
    CommandLine.Command.withSubcommands(
      isCommand(first) ? [await load[first]()] : await Promise.all(Object.values(load).map((command) => command()))
    )
  )

const defect = (cause: Cause.Cause<unknown>): ReadonlyArray<Line.Line> => [
  Line.of(Line.span("This is a defect of Ballast, not of your experiment:", "bad")),
  ...Cause.pretty(cause).split("\n").map((line) => Line.of(line))
]

/** Runs the command with arguments and returns the code that the process is to end with. Never throws. */
export const run = async (parameters: ReadonlyArray<string>): Promise<number> => {
  const command = Effect.promise(() => ballast(parameters))
  const exit = await Effect.runPromiseExit(
    Effect.flatMap(command, (command) => CommandLine.execute(command, Conditions.ballastVersion(), parameters))
  )
  if (Exit.isSuccess(exit)) return code.done
  const { columns } = Screen.of(process.stderr, process.env)
  const failure = Cause.findError(exit.cause)
  if (Result.isSuccess(failure)) {
    await Effect.runPromise(Output.complaint(Complaint.of(failure.success, columns)))
    const document = Complaint.document(failure.success)
    if (document !== null && parameters.includes("--json")) await Effect.runPromise(Output.json(document))
    return Complaint.codeOf(failure.success)
  }
  await Effect.runPromise(Output.complaint(defect(exit.cause)))
  return code.defect
}
