/**
 * Programs run without a shell, their output kept back until it is wanted.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"

/** A program could not be started, ended by a signal, or ended with another code than 0. */
export class SubprocessFailed extends Schema.TaggedError<SubprocessFailed>()("SubprocessFailed", {
  command: Schema.String,
  found: Schema.Boolean,
  exitCode: Schema.NullOr(Schema.Int),
  signal: Schema.NullOr(Schema.String),
  output: Schema.String,
  message: Schema.String
}) {}

export interface Options {
  readonly directory?: string
  readonly environment?: Readonly<Record<string, string>>
}

const keptCharacters = 1 << 20
const keptLines = 15

const lastLines = (text: string): string => text.trimEnd().split("\n").slice(-keptLines).join("\n")

const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, "SIGKILL")
  } catch {
    // The group has ended by itself.
  }
}

/**
 * Runs a program to its end and returns what it wrote to standard output, at most the last mebibyte. Interruption kills
 * it and all that it started. Fails with SubprocessFailed, whose `output` holds the last lines of both streams.
 */
export const run = (
  command: string,
  parameters: ReadonlyArray<string>,
  options: Options = {}
): Effect.Effect<string, SubprocessFailed> =>
  Effect.callback((resume) => {
    const child = spawn(command, parameters, {
      cwd: options.directory,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own can be killed whole: a compiler driver starts the compiler as another process.
      detached: true
    })
    let standardOutput = ""
    let everything = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      standardOutput = (standardOutput + text).slice(-keptCharacters)
      everything = (everything + text).slice(-keptCharacters)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      everything = (everything + text).slice(-keptCharacters)
    })
    const fail = (found: boolean, exitCode: number | null, signal: string | null, reason: string) =>
      resume(
        new SubprocessFailed({
          command,
          found,
          exitCode,
          signal,
          output: lastLines(everything),
          message: `${command} ${reason}`
        })
      )
    child.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT"
        ? fail(false, null, null, "was not found")
        : fail(true, null, null, `did not start: ${error.message}`))
    child.on("close", (exitCode, signal) => {
      if (exitCode === 0) resume(Effect.succeed(standardOutput))
      else fail(true, exitCode, signal, signal === null ? `ended with code ${exitCode}` : `was ended by ${signal}`)
    })
    return Effect.sync(() => killGroup(child.pid))
  })
