/**
 * Work with an engine in a process of its own: a session call blocks its thread, TensorFlow's libraries write to standard
 * error as they like, and what ends the process ends nothing else.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { fork } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Fault from "../../dsl/Fault.ts"
import type { Description } from "../engine/Engine.ts"
import type { Chosen } from "../engine/Engines.ts"
import type * as Diagnose from "../fault/Diagnose.ts"
import type * as Replay from "../fault/Replay.ts"
import type { Assignment } from "../train/Attempt.ts"
import type { Event } from "../train/Event.ts"
import * as Failure from "../train/Failure.ts"
import type { AttemptOutcome } from "../train/Outcome.ts"
import type { EvaluationAssignment, RunEvaluation } from "./Evaluation.ts"
import * as HostMemory from "./HostMemory.ts"
import type { ProcessExit } from "./Result.ts"
import * as Supervision from "./Supervision.ts"

/** What the process is asked to do. */
export type Task =
  | { readonly kind: "attempt"; readonly engine: Chosen; readonly assignment: Assignment }
  | { readonly kind: "evaluate"; readonly engine: Chosen; readonly assignment: EvaluationAssignment }
  | { readonly kind: "diagnose"; readonly engine: Chosen; readonly assignment: Diagnose.Assignment }
  | { readonly kind: "replay"; readonly engine: Chosen; readonly assignment: Replay.Assignment }

/** What comes of each task. */
export interface Answers {
  readonly attempt: AttemptOutcome
  readonly evaluate: RunEvaluation
  readonly diagnose: Diagnose.Findings
  readonly replay: Replay.Replayed
}

export type ToProcess = Task | { readonly kind: "stop" }

export type Answer =
  | { readonly kind: "answer"; readonly value: Answers[Task["kind"]] }
  | { readonly kind: "failure"; readonly message: string }

export type FromProcess =
  | Answer
  | { readonly kind: "event"; readonly event: Event }
  /** The engine is loaded. */
  | { readonly kind: "engine"; readonly description: Description }
  | { readonly kind: "alive" }

export interface Options {
  /** The file that keeps what the process writes to its standard output and error. */
  readonly log: string
  readonly limits?: Supervision.Limits
  readonly onEvent?: (event: Event) => void
  /** Calls the function given when the process is to come to an end by itself; returns a way to forget it. */
  readonly onStop?: (stop: () => void) => () => void
}

/** How a task ended, and what was seen of its process. */
export interface Ended<A> {
  readonly result: Result.Result<A, Fault.Fault>
  /** Null where the process gave its answer. */
  readonly exit: ProcessExit | null
  /** The limit that it went beyond; with an answer it was asked to end, and did. */
  readonly breach: Supervision.Breach | null
  /** The most memory that it held, in bytes; null where the host does not tell. */
  readonly memory: number | null
  /** Null where none was loaded. */
  readonly engine: Description | null
}

const program = new URL("./EngineMain.ts", import.meta.url)

/** Node strips no types in installed packages, so there tsx does. */
const loaderArguments = import.meta.url.includes("/node_modules/") ? ["--import", import.meta.resolve("tsx")] : []

/** Libraries say why they end a process in its last lines. */
const tailLines = 12

const lastWords = (log: string): string =>
  fs.readFileSync(log, "utf8").trimEnd().split("\n").slice(-tailLines).join("\n")

/** How long a process has that was asked to end with a checkpoint. */
const graceMilliseconds = 60_000

/**
 * Does a task under watch and says how it ended: with what came of it, or with the fault that kept it from that.
 * Interruption ends the process.
 */
export const supervise = <T extends Task>(task: T, options: Options): Effect.Effect<Ended<Answers[T["kind"]]>> =>
  Effect.callback((resume) => {
    fs.mkdirSync(path.dirname(options.log), { recursive: true })
    const descriptor = fs.openSync(options.log, "a")
    const hostMemory = HostMemory.watch()
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
    const watch = Supervision.watch(options.limits ?? Supervision.usual)
    let answer: Answer | null = null
    let exit: ProcessExit | null = null
    let engine: Description | null = null
    let memory: number | null = null
    let breach: Supervision.Breach | null = null
    let step: number | null = null
    let grace: NodeJS.Timeout | undefined

    // Also where the command ends at once: a process that hangs in a call would not notice.
    const kill = (): void => {
      child.kill("SIGKILL")
    }
    process.once("exit", kill)
    const look = (milliseconds: number): void => {
      hostMemory.look()
      memory = (child.pid === undefined ? null : HostMemory.peakOf(child.pid)) ?? memory
      if (breach !== null) return
      breach = watch.look(milliseconds, engine?.device === "cpu" ? memory : null)
      if (breach?.limit === "time") {
        tell({ kind: "stop" })
        grace = setTimeout(kill, graceMilliseconds)
      } else if (breach !== null) kill()
    }
    let looked = performance.now()
    const looking = setInterval(() => {
      const now = performance.now()
      look(now - looked)
      looked = now
    }, Supervision.period)

    const letGo = (): void => {
      forget()
      clearInterval(looking)
      clearTimeout(grace)
      process.off("exit", kill)
    }
    const end = (result: Ended<Answers[T["kind"]]>["result"]): void => {
      letGo()
      resume(Effect.succeed({ result, exit: answer === null ? exit : null, breach, memory, engine }))
    }
    const fault = (exit: ProcessExit): Fault.Fault =>
      Supervision.blame({
        exit,
        breach,
        step,
        memory,
        outOfMemory: hostMemory.recently(),
        words: lastWords(options.log)
      })
    // The channel closes only after every message was read, and the process may have ended before.
    const ended = (): void => {
      if (exit === null || child.connected) return
      if (answer === null) end(Result.fail(fault(exit)))
      // The process answers the task that it was given.
      else if (answer.kind === "answer") end(Result.succeed(answer.value as Answers[T["kind"]]))
      else end(Result.fail(Failure.thrown(answer.message, task.engine.engine, step)))
    }
    child.on("message", (message: FromProcess) => {
      watch.heard()
      switch (message.kind) {
        case "engine":
          engine = message.description
          break
        case "event":
          if (message.event.kind === "step") {
            watch.underWay()
            step = message.event.step + (message.event.finite ? 1 : 0)
          }
          options.onEvent?.(message.event)
          break
        case "alive":
          break
        default:
          answer = message
      }
    })
    child.on("disconnect", ended)
    child.on("exit", (code, signal) => {
      exit = { code, signal }
      ended()
    })
    child.on("error", ({ message }) =>
      end(Result.fail(
        new Fault.WorkerLost({ exitCode: null, signal: null, message: `the engine's process does not start: ${message}` })
      )))
    tell(task)
    return Effect.sync(() => {
      letGo()
      kill()
    })
  })

/** Does a task and returns what came of it. Fails with the fault that kept it from that. */
export const ask = <T extends Task>(task: T, options: Options): Effect.Effect<Answers[T["kind"]], Fault.Fault> =>
  Effect.flatMap(supervise(task, options), ({ result }) => Effect.fromResult(result))
