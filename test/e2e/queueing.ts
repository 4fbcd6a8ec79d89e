/**
 * A queue in a project's own home, as people, programs and its own record tell of it.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Row } from "../../runtime/run/store/Database.ts"
import { Tables } from "../../runtime/run/store/Tables.ts"
import { type Ended, inProject, type Project, type Running } from "./project.ts"
import { type Place, startWorker } from "./workers.ts"

/** A training of a very small network, that takes some milliseconds a step. */
export const tiny = (options: {
  readonly steps?: number
  readonly recipe?: string
  readonly arms?: string
  readonly rest?: string
} = {}): string => `
import { Augment, Checkpoint, Clip, Dataset, Expect, Experiment, Host, LearningRate, Model, Optimizer, Recipe, Trigger } from "ballast"

const calm = Recipe.make({
  data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
  model: Model.classifier({ channels: [4], input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.01),
  augment: Augment.off,
  clip: Clip.globalNorm(1),
  checkpoint: Checkpoint.every({ steps: 100 }),
  batch: 4,
  length: { steps: ${options.steps ?? 10} },
  ${options.recipe ?? ""}
})
/** Ends by nothing but somebody's wish. */
const endless = Recipe.with(calm, { length: { steps: 1_000_000 } })
/** Fails before its end, with nothing in it to look into. */
const failing = Recipe.with(endless, { host: Host.make({ time: "1 second" }) })

export default Experiment.make("tiny", {
  question: "What becomes of it in the queue?",
  arms: ${options.arms ?? "{ calm, endless, failing }"},
  seeds: [0],
  expect: [],
  ${options.rest ?? ""}
})
`

export interface SubmittedDocument {
  readonly format: string
  readonly launch: string
  readonly runs: ReadonlyArray<{ readonly id: string; readonly arm: string; readonly seed: number; readonly answered: string | null }>
}

export interface ResultDocument {
  readonly format: string
  readonly verdict: string
  readonly runs: ReadonlyArray<RunDocument>
}

export interface RunDocument {
  readonly id: string
  readonly arm: string
  readonly status: string
  readonly steps: number
  readonly metrics: Readonly<Record<string, number | null>>
  readonly attempts: ReadonlyArray<{
    readonly number: number
    readonly from: number
    readonly status: string
    readonly exact: { readonly exact: boolean } | null
  }>
}

type Rows = ReadonlyArray<Row>

export interface Queueing {
  readonly project: Project
  /** Runs a command on the queue's home, and demands the code that it ends with. */
  readonly does: (code: number, ...parameters: ReadonlyArray<string>) => Promise<Ended>
  /** Starts a command on the queue's home. */
  readonly start: (...parameters: ReadonlyArray<string>) => Running
  /** Submits, and returns the runs' ids. */
  readonly submit: (file: string, ...parameters: ReadonlyArray<string>) => Promise<ReadonlyArray<string>>
  readonly worker: (...parameters: ReadonlyArray<string>) => Running
  readonly rows: (statement: string) => Promise<Rows>
  /** Waits until the record answers as is wished. */
  readonly until: (statement: string, holds: (rows: Rows) => boolean) => Promise<Rows>
  /** Waits until a run stands so, and returns its row. */
  readonly stands: (run: string, status: string) => Promise<Rows[number]>
  /** Has a run's worker not have been heard of for longer than any is waited for. */
  readonly silence: (run: string) => Promise<void>
  /** Whether several machines may share it. */
  readonly shared: boolean
  /** The folder of a run. */
  readonly folder: (run: string, ...parts: ReadonlyArray<string>) => string
  /** Waits until an attempt of a run has written a checkpoint after so many steps. */
  readonly saved: (run: string, attempt: number, step: number) => Promise<void>
  /** What came of a run, as its folder says. */
  readonly result: (run: string) => RunDocument
}

const lookEvery = 100
const patience = 120_000

/** Waits until a question is answered with yes. */
export const until = async (question: () => boolean | Promise<boolean>, what: () => string): Promise<void> => {
  const late = Date.now() + patience
  while (!(await question())) {
    if (Date.now() > late) assert.fail(`waited too long: ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, lookEvery))
  }
}

/** Drains a worker, and demands the code of one that was. */
export const drained = async (worker: Running): Promise<Ended> => {
  worker.kill("SIGTERM")
  const ended = await worker.ended
  assert.strictEqual(ended.code, 143, ended.stderr)
  return ended
}

const checkpointName = (step: number): string => `step-${String(step).padStart(6, "0")}`

/** Lists the steps after which an attempt has written checkpoints that are still there. */
export const checkpointsOf = (attempt: string): ReadonlyArray<number> => {
  const folder = path.join(attempt, "checkpoints")
  if (!fs.existsSync(folder)) return []
  return fs.readdirSync(folder).filter((name) => /^step-\d+$/.test(name)).map((name) => Number(name.slice(5))).toSorted((one, other) => one - other)
}

/** Names what all files below a folder hold, one by one. */
export const contents = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return [path.relative(folder, file), createHash("sha256").update(fs.readFileSync(file)).digest("hex")] as const
    }).toSorted()
  )

/** Names the tensors of a checkpoint, bit by bit. */
export const tensorsOf = (attempt: string, step: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(contents(path.join(attempt, "checkpoints", checkpointName(step)))).filter(([file]) => file.endsWith(".safetensors"))
  )

/** Lends a project with a queue; workers that a test leaves behind are ended. */
export const inQueue = <A>(place: () => Promise<Place>, use: (queue: Queueing) => Promise<A>): Promise<A> =>
  inProject(async (project) => {
    const found = await place()
    const workers: Array<Running> = []
    const where = ["--home", "home", ...found.flags]
    const record = ManagedRuntime.make(found.tables(path.join(project.folder, "home")))
    const rows = (statement: string) => record.runPromise(Effect.flatMap(Tables, (database) => database.rows(statement)))
    const folder = (run: string, ...parts: ReadonlyArray<string>) => path.join(project.folder, "home/runs", run, ...parts)
    const queue: Queueing = {
      project,
      rows,
      folder,
      start: (...parameters) => project.start([...parameters, ...where]),
      does: async (code, ...parameters) => {
        const ended = await project.ballast(...parameters, ...where)
        assert.strictEqual(ended.code, code, `${parameters.join(" ")}: ${ended.stdout}${ended.stderr}`)
        return ended
      },
      submit: async (file, ...parameters) => {
        const { stdout } = await queue.does(0, "submit", file, "--engine", "wasm", "--json", ...parameters)
        const document = JSON.parse(stdout) as SubmittedDocument
        assert.strictEqual(document.format, "ballast.submission/1")
        return document.runs.map(({ id }) => id)
      },
      worker: (...parameters) => {
        const worker = startWorker(project, found, ...parameters)
        workers.push(worker)
        return worker
      },
      until: async (statement, holds) => {
        let last: Rows = []
        await until(async () => holds(last = await rows(statement)), () => `${statement}: ${JSON.stringify(last)}`)
        return last
      },
      stands: async (run, status) => {
        const [row] = await queue.until(`select status, reason, directory, attempt, result from runs where id = '${run}'`, ([row]) => row?.["status"] === status)
        return row ?? assert.fail(`there is no run ${run}`)
      },
      shared: found.flags.length > 0,
      silence: async (run) => {
        await rows(`update tickets set beat = beat - 20000 where run = '${run}'`)
        if (!queue.shared) return
        await rows(
          `update ballast_queue.job set heartbeat_on = heartbeat_on - interval '20 seconds'
          where id = (select cast(delivery as uuid) from tickets where run = '${run}')`
        )
      },
      saved: (run, attempt, step) =>
        until(
          () => checkpointsOf(folder(run, "attempts", String(attempt))).some((saved) => saved >= step),
          () => `attempt ${attempt} of ${run} has no checkpoint after step ${step}`
        ),
      result: (run) => JSON.parse(fs.readFileSync(folder(run, "result.json"), "utf8")) as RunDocument
    }
    try {
      return await use(queue)
    } finally {
      for (const worker of workers) worker.killGroup()
      for (const { ended } of workers) await ended
      await record.dispose()
    }
  })
