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
import * as Diff from "./Diff.ts"
import * as Doctor from "./Doctor.ts"
import * as EngineCommands from "./EngineCommands.ts"
import * as Eval from "./Eval.ts"
import { code } from "./ExitCode.ts"
import * as Lint from "./Lint.ts"
import * as Output from "./Output.ts"
import * as Plan from "./Plan.ts"
import * as Replay from "./Replay.ts"
import * as Resume from "./Resume.ts"
import * as Run from "./Run.ts"
import * as Runs from "./Runs.ts"
import * as Submit from "./Submit.ts"
import * as Triggers from "./Triggers.ts"
import * as Validate from "./Validate.ts"
import * as Worker from "./Worker.ts"

const ballast = CommandLine.Command.make("ballast").pipe(
  CommandLine.Command.withDescription("Runs training experiments, and keeps them upright"),
  CommandLine.Command.withSubcommands([
    Validate.validate,
    Plan.plan,
    Plan.schedule,
    Lint.lint,
    Diff.diff,
    Run.run,
    Resume.resume,
    Replay.replay,
    Submit.submit,
    Worker.worker,
    Triggers.triggers,
    Runs.runs,
    Eval.evaluate,
    EngineCommands.engine,
    Doctor.doctor
  ])
)

const defect = (cause: Cause.Cause<unknown>): ReadonlyArray<Line.Line> => [
  Line.of(Line.span("This is a defect of Ballast, not of your experiment:", "bad")),
  ...Cause.pretty(cause).split("\n").map((line) => Line.of(line))
]

/** Runs the command with arguments and returns the code that the process is to end with. Never throws. */
export const run = async (parameters: ReadonlyArray<string>): Promise<number> => {
  const exit = await Effect.runPromiseExit(CommandLine.execute(ballast, Conditions.ballastVersion(), parameters))
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
