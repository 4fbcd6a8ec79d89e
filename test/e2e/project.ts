/**
 * A repository of another team: a folder with experiments, in which Ballast is installed.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const root = path.resolve(import.meta.dirname, "../..")
const command = path.join(root, "runtime/cli/ballast.js")
const several = path.join(root, "test/e2e/several.ts")

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  readonly kill: (signal: NodeJS.Signals) => void
  /** Ends the process and all that it has started, as a host does that goes down. */
  readonly killGroup: () => void
  /** Waits until standard error holds a text. */
  readonly says: (text: string) => Promise<void>
  /** What it has printed to standard output so far. */
  readonly printed: () => string
  readonly ended: Promise<Ended>
}

export interface Project {
  readonly folder: string
  readonly write: (file: string, text: string) => string
  /** Starts `ballast` with arguments, or Node with a program where the first is a file. */
  readonly start: (parameters: ReadonlyArray<string>, environment?: Readonly<Record<string, string>>) => Running
  readonly ballast: (...parameters: ReadonlyArray<string>) => Promise<Ended>
  /** Has one process be `ballast` with each of these arguments, one after the other, where nothing is to happen in between. */
  readonly each: (
    invocations: ReadonlyArray<ReadonlyArray<string>>,
    environment?: Readonly<Record<string, string>>
  ) => Promise<ReadonlyArray<Pick<Ended, "code" | "stdout" | "stderr">>>
}

const endGroup = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL")
  } catch {
    // All of it has ended by itself.
  }
}

const start = (folder: string, program: ReadonlyArray<string>, environment: Readonly<Record<string, string>>): Running => {
  const { BALLAST_HOME: _, NODE_OPTIONS: __, ...inherited } = process.env
  const child = spawn(process.execPath, program, {
    cwd: folder,
    env: { ...inherited, NO_COLOR: "1", ...environment },
    // A group of its own can be ended whole.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"]
  })
  // A test that is out of time leaves nothing behind.
  const leave = (): void => endGroup(child)
  process.once("exit", leave)
  child.once("close", () => process.off("exit", leave))
  let stdout = ""
  let stderr = ""
  const waiting = new Set<() => void>()
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text)
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
    for (const look of waiting) look()
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return {
    pid: child.pid ?? -1,
    kill: (signal) => child.kill(signal),
    killGroup: () => endGroup(child),
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stderr.includes(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
        void ended.then(({ code }) => reject(new Error(`ended with code ${code} before it said "${text}": ${stderr}`)))
      }),
    printed: () => stdout,
    ended
  }
}

const each = async (
  folder: string,
  invocations: ReadonlyArray<ReadonlyArray<string>>,
  environment: Readonly<Record<string, string>>
): Promise<ReadonlyArray<Pick<Ended, "code" | "stdout" | "stderr">>> => {
  const mark = randomUUID()
  const program = [several, mark, ...invocations.map((parameters) => JSON.stringify(parameters))]
  const { code, stderr, stdout } = await start(folder, program, environment).ended
  const end = new RegExp(`${mark}(\\d+)\n`)
  const [said, complained] = [stdout.split(end), stderr.split(end)]
  if (code !== 0 || said.length !== 2 * invocations.length + 1) throw new Error(`ended with code ${code}: ${stderr}`)
  return invocations.map((_, index) => ({
    code: Number(said[2 * index + 1]),
    stdout: said[2 * index] ?? "",
    stderr: complained[2 * index] ?? ""
  }))
}

/** Makes the folder, lends it, and removes it. */
export const inProject = async <A>(use: (project: Project) => Promise<A>): Promise<A> => {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-project-")))
  try {
    fs.mkdirSync(path.join(folder, "node_modules"))
    fs.symlinkSync(root, path.join(folder, "node_modules/ballast"))
    fs.writeFileSync(path.join(folder, "package.json"), `{ "type": "module" }\n`)
    return await use({
      folder,
      write: (file, text) => {
        const target = path.join(folder, file)
        fs.mkdirSync(path.dirname(target), { recursive: true })
        fs.writeFileSync(target, text)
        return target
      },
      start: (parameters, environment = {}) => {
        const [first = ""] = parameters
        return start(folder, path.isAbsolute(first) ? parameters : [command, ...parameters], environment)
      },
      ballast: (...parameters) => start(folder, [command, ...parameters], {}).ended,
      each: (invocations, environment = {}) => each(folder, invocations, environment)
    })
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Lists the processes that a process has started. */
export const childrenOf = (pid: number): ReadonlyArray<number> =>
  fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter((text) => text !== "").map(Number)

/** Tells whether a process is there and not merely waiting to be buried. */
export const lives = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}

/** Writes an experiment of a very small network, with some of its text given. */
export const experiment = (options: {
  readonly name?: string
  readonly steps?: number
  readonly arms?: string
  readonly expect?: string
  readonly model?: string
  readonly recipe?: string
}): string => `
import { Clip, Dataset, Evaluate, Checkpoint, Expect, Experiment, Host, LearningRate, Loss, Model, Optimizer, Recipe } from "ballast"
import { main } from "ballast/runtime"

const calm = Recipe.make({
  data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
  model: ${options.model ?? "Model.yolo({ depth: 0.33, width: 0.125, input: 32 })"},
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.001),
  clip: Clip.globalNorm(1),
  batch: 4,
  length: { steps: ${options.steps ?? 6} },
  ${options.recipe ?? ""}
})
// Far beyond what float32 holds: the second step's loss is not finite.
const wild = Recipe.with(calm, { clip: Clip.off, schedule: LearningRate.constant(1e30) })

const experiment = Experiment.make("${options.name ?? "small"}", {
  question: "Does it run?",
  arms: ${options.arms ?? "{ calm }"},
  seeds: [0],
  expect: ${options.expect ?? "[]"}
})

export default experiment
main(import.meta, experiment)
`
