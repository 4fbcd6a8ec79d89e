/**
 * An attempt in a process of its own, because a session call blocks its thread.
 */
import * as Effect from "effect/Effect"
import { fork } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Chosen } from "../engine/Engines.ts"
import type { Assignment } from "../train/Attempt.ts"
import type { Event } from "../train/Event.ts"
import type { AttemptOutcome, OutcomeFault } from "../train/Outcome.ts"

/** What the training process is told. */
export type ToWorker =
  | { readonly kind: "assignment"; readonly assignment: Assignment; readonly engine: Chosen }
  | { readonly kind: "stop" }

/** What the training process says. */
export type FromWorker =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "outcome"; readonly outcome: AttemptOutcome }
  | { readonly kind: "fault"; readonly fault: OutcomeFault }

export interface Options {
  readonly assignment: Assignment
  readonly engine: Chosen
  readonly onEvent: (event: Event) => void
  /** Calls the function given when the attempt is to end with a checkpoint; returns a way to forget it. */
  readonly onStop: (stop: () => void) => () => void
}

const program = new URL("./AttemptMain.ts", import.meta.url)

/** Node strips no types in installed packages, so there tsx does. */
const loaderArguments = import.meta.url.includes("/node_modules/") ? ["--import", import.meta.resolve("tsx")] : []

/** Kept of what the process wrote to its standard error: libraries say there why they ended it. */
const tailBytes = 4096

const tail = (file: string): string => {
  const text = fs.readFileSync(file, "utf8").trimEnd()
  return text.length > tailBytes ? text.slice(-tailBytes) : text
}

const lost = (code: number | null, signal: string | null, log: string): OutcomeFault => {
  const said = tail(log)
  const memory = signal === "SIGKILL" ? "; the host may have run out of memory" : ""
  return {
    tag: "WorkerLost",
    message: `the training process ended ${signal === null ? `with code ${code}` : `by ${signal}`} before it was done${memory}`
      + (said === "" ? "" : `; its last words:\n${said}`),
    step: null
  }
}

const failed = (fault: OutcomeFault, steps: number, seconds: number): AttemptOutcome => ({
  status: "failed",
  steps,
  fault,
  engine: null,
  metrics: { loss: Infinity, map50: null, map: null, imagesPerSecond: 0, seconds },
  clipRate: 0,
  gradNorm: { median: NaN, p99: NaN, max: NaN }
})

/**
 * Runs an attempt to its outcome. A process that ends without one is a WorkerLost fault, whose message ends in what the
 * process last said. Interruption ends the process.
 */
export const run = (options: Options): Effect.Effect<AttemptOutcome> =>
  Effect.callback((resume) => {
    const { assignment } = options
    const began = performance.now()
    fs.mkdirSync(assignment.directory, { recursive: true })
    const log = path.join(assignment.directory, "process.log")
    const descriptor = fs.openSync(log, "a")
    const child = fork(program, [], {
      serialization: "advanced",
      stdio: ["ignore", descriptor, descriptor, "ipc"],
      execArgv: [...process.execArgv, ...loaderArguments]
    })
    fs.closeSync(descriptor)
    let steps = 0
    let outcome: AttemptOutcome | null = null
    const seconds = (): number => (performance.now() - began) / 1000
    const tell = (message: ToWorker): void => {
      if (child.connected) child.send(message, () => undefined)
    }
    const forget = options.onStop(() => tell({ kind: "stop" }))
    child.on("message", (message: FromWorker) => {
      switch (message.kind) {
        case "event":
          if (message.event.kind === "step" && message.event.finite) steps = message.event.step + 1
          options.onEvent(message.event)
          break
        case "outcome":
          outcome = message.outcome
          break
        case "fault":
          outcome = failed(message.fault, steps, seconds())
      }
    })
    const end = (otherwise: () => OutcomeFault): void => {
      forget()
      resume(Effect.sync(() => outcome ?? failed(otherwise(), steps, seconds())))
    }
    child.on("error", ({ message }) =>
      end(() => ({ tag: "WorkerLost", message: `the training process did not start: ${message}`, step: null })))
    // The channel closes only after every message was read; the process may have ended before.
    let exit: readonly [code: number | null, signal: string | null] | null = null
    const ended = (): void => {
      if (exit !== null && !child.connected) end(() => lost(exit?.[0] ?? null, exit?.[1] ?? null, log))
    }
    child.on("disconnect", ended)
    child.on("exit", (code, signal) => {
      exit = [code, signal]
      ended()
    })
    tell({ kind: "assignment", assignment, engine: options.engine })
    return Effect.sync(() => {
      forget()
      child.kill("SIGKILL")
    })
  })
