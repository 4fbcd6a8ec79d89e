/**
 * Commands, flags and arguments: all that is used of effect's command line, which is marked unstable.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Argument from "effect/cli/Argument"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { code, Ended } from "./ExitCode.ts"

export { Argument, Command, Flag }

/** A flag's text is read as a number, which is nothing to whoever has typed it. */
const plainly = (message: string): string => message.replace(/Expected a string representing a finite number$/, "Expected: a number")

/** Prints what is wrong with an invocation to standard error, so that standard output holds results alone. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(
        [
          ...event.errors.map(({ message }) => plainly(message)),
          `What there is: npx ${event.commandPath.join(" ")} --help`
        ].join("\n")
      )
      : CliOutput.defaultPresenter.present(event)
}

/** Runs a command with arguments. Fails with Ended, code 2, where the arguments are wrong, after saying how. */
export const execute = <Name extends string, Input, E, ContextInput>(
  command: Command.Command<Name, Input, ContextInput, E, Command.Environment>,
  version: string,
  parameters: ReadonlyArray<string>
) =>
  Command.runWith(command, { version })(parameters).pipe(
    Effect.catchIf(CliError.isCliError, (error) =>
      error._tag === "ShowHelp" && error.errors.length === 0
        ? Effect.void
        : Effect.fail(new Ended({ code: code.usage }))),
    Effect.provideService(CliOutput.Presenter, presenter),
    Effect.provide(NodeServices.layer)
  )

/** Makes an optional text flag, null where it is not given. */
export const optionalText = (name: string, description: string): Flag.Flag<string | null> =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional, Flag.map(Option.getOrNull))

/** Makes a text flag that may be given several times. */
export const repeatedText = (name: string, metavar: string, description: string): Flag.Flag<ReadonlyArray<string>> =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.atLeast(0))

/** Makes a flag that is given or not. */
export const given = (name: string, description: string): Flag.Flag<boolean> =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

const highestPort = 65_535

/** Makes a flag that takes a port to listen on. */
export const port = (name: string, description: string): Flag.Flag<number> =>
  Flag.Int(name).pipe(
    Flag.withDescription(description),
    Flag.filter(
      (number) => number >= 0 && number <= highestPort,
      () => `Expected: a port from 1 to ${highestPort}, or 0 for any that is free`
    )
  )

/** Makes the failure of a flag whose value is wrong without repeating that, as it may hold a secret. */
export const refused = (flag: string, expected: string): CliError.CliError =>
  new CliError.InvalidValue({ option: flag, value: "...", expected, kind: "flag" })

/** The flags that every command with an experiment takes. */
export const shared = {
  home: optionalText("home", "the folder that runs are kept in (default: BALLAST_HOME, or .ballast)"),
  data: repeatedText("data", "NAME=PATH", "where a named data set lies; may be repeated"),
  json: given("json", "print one JSON document to standard output")
}

/** The file argument of commands with an experiment. */
export const file = Argument.String("file").pipe(Argument.withDescription("the experiment's file"))

/** The run argument of commands about runs. */
export const run = Argument.String("run").pipe(
  Argument.withDescription("a run's id, a beginning of it that no other run has, or \"last\"")
)
