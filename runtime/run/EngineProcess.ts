/**
 * Work with an engine in a process of its own: a session call blocks its thread, TensorFlow's libraries write to standard
 * error as they like, and what ends the process ends nothing else.
 */
import * as Effect from "effect/Effect"
import { fork } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { WorkerLost } from "../../dsl/Fault.ts"
import type { Chosen } from "../engine/Engines.ts"
import type { Assignment } from "../train/Attempt.ts"
import type { Event } from "../train/Event.ts"
import type { AttemptOutcome } from "../train/Outcome.ts"
import type { EvaluationAssignment, RunEvaluation } from "./Evaluation.ts"

/** What the process is asked to do. */
export type Task =
  | { readonly kind: "attempt"; readonly engine: Chosen; readonly assignment: Assignment }
  | { readonly kind: "evaluate"; readonly engine: Chosen; readonly assignment: EvaluationAssignment }

/** What comes of each task. */
export interface Answers {
  readonly attempt: AttemptOutcome
  readonly evaluate: RunEvaluation
}

export type ToProcess = Task | { readonly kind: "stop" }

export type Answer =
  | { readonly kind: "answer"; readonly value: Answers[Task["kind"]] }
  | { readonly kind: "failure"; readonly message: string }

export type FromProcess = Answer | { readonly kind: "event"; readonly event: Event }

export interface Options {
  /** The file that keeps what the process writes to its standard output and error. */
  readonly log: string
  readonly onEvent?: (event: Event) => void
  /** Calls the function given when the process is to come to an end by itself; returns a way to forget it. */
  readonly onStop?: (stop: () => void) => () => void
}

const program = new URL("./EngineMain.ts", import.meta.url)

/** Node strips no types in installed packages, so there tsx does. */
const loaderArguments = import.meta.url.includes("/node_modules/") ? ["--import", import.meta.resolve("tsx")] : []

/** Libraries say why they end a process in its last lines. */
const tailLines = 12

const lastWords = (log: string): string =>
  fs.readFileSync(log, "utf8").trimEnd().split("\n").slice(-tailLines).join("\n")

const lost = (exitCode: number | null, signal: string | null, log: string): WorkerLost => {
  const said = lastWords(log)
  const how = signal === null ? `with code ${exitCode}` : `by ${signal}`
  return new WorkerLost({
    exitCode,
    signal,
    message: `the engine's process ended ${how} before it was done`
      + (signal === "SIGKILL" ? "; the host may have run out of memory" : "")
      + (said === "" ? "" : `; its last words:\n${said}`)
  })
}

/**
 * Does a task and returns what came of it. Fails with WorkerLost where the process ends without an answer or says that
 * it cannot give one. Interruption ends the process.
 */
export const ask = <T extends Task>(task: T, options: Options): Effect.Effect<Answers[T["kind"]], WorkerLost> =>
  Effect.callback((resume) => {
    fs.mkdirSync(path.dirname(options.log), { recursive: true })
    const descriptor = fs.openSync(options.log, "a")
    const child = fork(program, [], {
      serialization: "advanced",
      stdio: ["ignore", descriptor, descriptor, "ipc"],
      execArgv: [...process.execArgv, ...loaderArguments]
    })
    fs.closeSync(descriptor)
    const tell = (message: ToProcess): void => {
      if (child.connected) child.send(message, () => undefined)
    }
    const forget = options.onStop?.(() => tell({ kind: "stop" })) ?? (() => undefined)
    let answer: Answer | null = null
    let exit: readonly [code: number | null, signal: string | null] | null = null

    // Also where the command ends at once: a process that hangs in a call would not notice.
    const kill = (): void => {
      child.kill("SIGKILL")
    }
    process.once("exit", kill)
    const end = (otherwise: WorkerLost): void => {
      forget()
      process.off("exit", kill)
      if (answer === null) resume(Effect.fail(otherwise))
      // The process answers the task that it was given.
      else if (answer.kind === "answer") resume(Effect.succeed(answer.value as Answers[T["kind"]]))
      else resume(Effect.fail(new WorkerLost({ exitCode: null, signal: null, message: answer.message })))
    }
    // The channel closes only after every message was read, and the process may have ended before.
    const ended = (): void => {
      if (exit !== null && !child.connected) end(lost(exit[0], exit[1], options.log))
    }
    child.on("message", (message: FromProcess) => {
      if (message.kind === "event") options.onEvent?.(message.event)
      else answer = message
    })
    child.on("disconnect", ended)
    child.on("exit", (code, signal) => {
      exit = [code, signal]
      ended()
    })
    child.on("error", ({ message }) =>
      end(new WorkerLost({ exitCode: null, signal: null, message: `the engine's process does not start: ${message}` })))
    tell(task)
    return Effect.sync(() => {
      forget()
      process.off("exit", kill)
      kill()
    })
  })
