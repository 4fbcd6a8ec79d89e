/**
 * A program that is given text and gives back text, in a process group of its own that has no environment, and that is
 * killed where it goes beyond its limits.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { spawn } from "node:child_process"
import * as os from "node:os"
import type { Readable } from "node:stream"

export interface Limits {
  /** By the clock, however much else the machine does. */
  readonly milliseconds: number
  /** Of the processor, for each of its processes. */
  readonly seconds: number
  /** What the program may give back. */
  readonly resultBytes: number
  /** What it may print beside that. */
  readonly printedBytes: number
  /** Private memory of each of its processes, where the system counts that: Node reserves half a gibibyte of it. */
  readonly memoryBytes: number
  /** Whether it may write to files. */
  readonly writes: boolean
}

export interface Program {
  readonly command: string
  readonly parameters: ReadonlyArray<string>
  readonly directory: string
  readonly limits: Limits
}

/** How a program ended. */
export interface Ended {
  /** What it wrote to descriptor 3. */
  readonly result: string
  /** The end of what it wrote to standard error. */
  readonly complaint: string
  readonly code: number | null
  readonly signal: string | null
  /** The limit that it went beyond, or that it could not be started. */
  readonly breach: "time" | "result" | "printed" | "start" | null
}

const keptCharacters = 4096

/**
 * The shell sets what the system holds the processes to: no core file, seconds of the processor, private memory. That
 * also ends them where this process is gone and nobody looks at the clock. A system that knows not all does without.
 */
const limited = [
  "ulimit -c 0",
  "ulimit -S -t \"$1\"",
  "ulimit -d \"$2\" 2>/dev/null",
  "[ \"$3\" = writes ] || ulimit -f 0",
  "shift 3",
  "exec \"$@\""
].join("\n")

/** How a shell's or bubblewrap's code says that the seconds of the processor were up. */
const outOfSeconds = 128 + os.constants.signals.SIGXCPU

const shellParameters = ({ limits, parameters, command }: Program): ReadonlyArray<string> => [
  "-c",
  limited,
  "sh",
  `${limits.seconds}`,
  `${Math.ceil(limits.memoryBytes / 1024)}`,
  limits.writes ? "writes" : "none",
  command,
  ...parameters
]

/** The same on every host; nothing of this process's own environment. */
const environment = { TZ: "UTC", LC_ALL: "C" }

/** What is to be killed where this process ends at once. */
const running = new Set<() => void>()

const killAll = (): void => {
  for (const kill of running) kill()
}

const watch = (kill: () => void): void => {
  if (running.size === 0) process.once("exit", killAll)
  running.add(kill)
}

const forget = (kill: () => void): void => {
  running.delete(kill)
  if (running.size === 0) process.off("exit", killAll)
}

const runNow = (program: Program, input: string): Effect.Effect<Ended> =>
  Effect.callback((resume) => {
    const { limits } = program
    const child = spawn("/bin/sh", shellParameters(program), {
      cwd: program.directory,
      env: environment,
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      detached: true
    })
    let breach: Ended["breach"] = null
    let result: Array<Buffer> = []
    let complaint = ""
    const kill = (): void => {
      if (child.pid === undefined) return
      try {
        process.kill(-child.pid, "SIGKILL")
      } catch {
        // The group has ended by itself.
      }
    }
    const stop = (limit: Ended["breach"]): void => {
      breach ??= limit
      kill()
    }
    const end = (code: number | null, signal: string | null): void => {
      clearTimeout(timer)
      forget(kill)
      if (signal === "SIGXCPU" || code === outOfSeconds) breach ??= "time"
      resume(Effect.succeed({ result: Buffer.concat(result).toString("utf8"), complaint, code, signal, breach }))
    }
    const timer = setTimeout(() => stop("time"), limits.milliseconds)
    watch(kill)

    const count = (stream: Readable, most: number, limit: "result" | "printed", keep: (chunk: Buffer) => void): void => {
      let bytes = 0
      stream.on("error", () => undefined).on("data", (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > most) {
          result = []
          stop(limit)
        } else if (breach === null) keep(chunk)
      })
    }
    count(child.stdout, limits.printedBytes, "printed", () => undefined)
    count(child.stderr, limits.printedBytes, "printed", (chunk) => {
      complaint = (complaint + chunk.toString("utf8")).slice(-keptCharacters)
    })
    count(child.stdio[3] as Readable, limits.resultBytes, "result", (chunk) => result.push(chunk))

    child.on("error", ({ message }) => {
      if (child.pid !== undefined) return
      breach = "start"
      complaint = message
      end(null, null)
    })
    // What it started does not outlive it.
    child.on("exit", kill)
    child.on("close", end)
    // A program that ends before it has read everything says so by its code.
    child.stdin.on("error", () => undefined).end(input)
    return Effect.sync(() => {
      clearTimeout(timer)
      forget(kill)
      kill()
    })
  })

const atOnce = Semaphore.makeUnsafe(os.availableParallelism())

/**
 * Runs a program on a text to its end, or to its limits. Interruption kills it and all that it started. However many are
 * asked for, as many run at once as there are processors.
 */
export const run = (program: Program, input: string): Effect.Effect<Ended> =>
  Semaphore.withPermit(atOnce, runNow(program, input))
