/**
 * Workers of one queue that are killed at random moments, and what becomes of the runs that they had.
 */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { installed, postgresql, type Server } from "../postgres.ts"
import * as RunFolder from "../../runtime/run/RunFolder.ts"
import { Tables } from "../../runtime/run/store/Tables.ts"
import * as EventLog from "../../runtime/train/EventLog.ts"
import { childrenOf, inProject, type Project, type Running } from "./project.ts"

/** A run loses at most what it did since its last checkpoint, of which it writes one in so many steps. */
export const checkpointEvery = 10

/** Short runs of a very small network, that take some seconds each. */
export const experiment = (steps: number): string => `
import { Checkpoint, Clip, Dataset, Evaluate, Experiment, LearningRate, Model, Optimizer, Recipe, Retry } from "ballast"

export default Experiment.make("queued", {
  question: "Does every run end once?",
  arms: {
    only: Recipe.make({
      data: Dataset.shapes({ train: 32, val: 8, seed: 1 }),
      model: Model.classifier({ channels: [8, 16], input: 32 }),
      optimizer: Optimizer.sgd({ momentum: 0.9 }),
      schedule: LearningRate.constant(0.01),
      clip: Clip.globalNorm(1),
      evaluate: Evaluate.atEnd,
      checkpoint: Checkpoint.every({ steps: ${checkpointEvery} }),
      retry: Retry.never,
      batch: 8,
      length: { steps: ${steps} }
    })
  },
  seeds: [0],
  expect: []
})
`

/** Where workers find their queue: this machine's own, or an address. */
export interface Place {
  readonly flags: ReadonlyArray<string>
  readonly tables: (home: string) => ReturnType<typeof Tables.layerSqlite>
}

/** Declares tests on a queue of one machine. */
export const onOne = (title: string, body: (place: () => Promise<Place>) => void): void => {
  describe(`${title} on one machine`, () =>
    body(() => Promise.resolve({ flags: [], tables: (home) => Tables.layerSqlite(path.join(home, "ballast.db")) })))
}

/** Declares tests on a queue that several machines share, or on that of one where PostgreSQL is not installed. */
export const onSeveral = (title: string, body: (place: () => Promise<Place>) => void): void => {
  if (!installed) onOne(title, body)
  postgresql(`${title} on several machines`, (server) => body(() => severalMachines(server)))
}

/** Declares tests on a queue of one machine, and on one that several share where PostgreSQL is installed. */
export const onBoth = (title: string, body: (place: () => Promise<Place>) => void): void => {
  onOne(title, body)
  postgresql(`${title} on several machines`, (server) => body(() => severalMachines(server)))
}

/** Makes a queue in a database of its own. */
export const severalMachines = async (server: Effect.Effect<Server>): Promise<Place> => {
  const url = await Effect.runPromise(Effect.flatMap(server, ({ database }) => database))
  return { flags: ["--queue", url], tables: () => Tables.layerPostgres(url) }
}

const milliseconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count))

export const startWorker = ({ start }: Project, { flags }: Place, ...more: ReadonlyArray<string>): Running =>
  start(["worker", "--home", "home", "--log-format", "json", ...flags, ...more])

/** Asks the record. */
export const ask = (project: Project, { tables }: Place, statement: string) =>
  Effect.runPromise(
    Effect.flatMap(Tables, (database) => database.rows(statement)).pipe(Effect.provide(tables(path.join(project.folder, "home"))))
  )

interface Kill {
  readonly run: string
  readonly attempt: number
  readonly at: number
}

/** Most kills hit a run that has got somewhere: one that is killed while it starts, again and again, would come to nothing. */
const atWorkShare = 0.8

const isOf = ({ pid }: Running, holder: unknown): boolean => (JSON.parse(String(holder)) as ReadonlyArray<unknown>)[1] === pid

/** Waits until a worker's run has come to a checkpoint of its own, or all have ended. */
const untilAtWork = async (project: Project, place: Place, worker: Running, left: () => Promise<number>): Promise<void> => {
  while (await left() > 0) {
    const rows = await ask(
      project,
      place,
      `select attempts.holder, runs.directory from attempts join runs on runs.id = attempts.run where attempts.status = 'running'`
    )
    const own = rows.find(({ holder }) => isOf(worker, holder))
    if (own !== undefined && RunFolder.hasProgressed(String(own["directory"]))) return
    await milliseconds(100)
  }
}

/** Kills a worker alone: what it has started has to notice. Tells which attempts were at work there. */
const killed = async (project: Project, place: Place, worker: Running): Promise<ReadonlyArray<Kill>> => {
  const engines = childrenOf(worker.pid)
  worker.kill("SIGKILL")
  const at = Date.now()
  await worker.ended
  const rows = await ask(project, place, "select run, number, holder from attempts where status = 'running'")
  assert.isAtMost(engines.length, 2)
  return rows
    .filter(({ holder }) => isOf(worker, holder))
    .map(({ number, run }) => ({ run: String(run), attempt: Number(number), at }))
}

export interface Drilled {
  readonly kills: number
  /** Seconds from a kill to the next attempt's beginning, for those kills that hit a run at work. */
  readonly recoveries: ReadonlyArray<number>
  /** Steps that were made twice, for the same ones. */
  readonly lost: ReadonlyArray<number>
}

interface AttemptRow {
  readonly run: string
  readonly number: number
  readonly started: number
  readonly status: string
}

const stepsOf = (directory: string, attempt: number): ReadonlyArray<number> =>
  EventLog.readWhereThere(path.join(directory, "attempts", String(attempt), "events.jsonl")).flatMap((event) => {
    assert.strictEqual(event.attempt, attempt)
    return event.kind === "step" ? [event.step] : []
  })

/** Every run ended once, and each attempt's log is one training's: step after step, none twice. */
const inspect = async (project: Project, place: Place, steps: number, kills: ReadonlyArray<Kill>): Promise<Omit<Drilled, "kills">> => {
  const runs = await ask(project, place, "select id, status, directory, result from runs")
  const attempts = (await ask(project, place, "select run, number, started, status from attempts order by run, number")) as unknown as ReadonlyArray<AttemptRow>
  const open = await ask(project, place, "select run from tickets where state <> 'ended'")
  assert.deepStrictEqual(open, [])
  const recoveries: Array<number> = []
  const lost: Array<number> = []
  for (const { directory, id, status } of runs) {
    assert.strictEqual(status, "succeeded", String(id))
    const own = attempts.filter(({ run }) => run === id)
    assert.strictEqual(own.filter((one) => one.status === "succeeded").length, 1, String(id))
    assert.strictEqual(own.at(-1)?.status, "succeeded")
    const made = own.map(({ number }) => stepsOf(String(directory), number))
    for (const steps of made) assert.deepStrictEqual(steps, steps.map((_, index) => (steps[0] ?? 0) + index))
    // One that was killed after its last step has none left to take.
    assert.strictEqual(Math.max(...made.flat()), steps - 1)
    made.slice(1).forEach((later, index) => {
      const [earlier, [from]] = [made[index] ?? [], later]
      const last = earlier.at(-1)
      if (from !== undefined && last !== undefined) lost.push(Math.max(0, last + 1 - from))
    })
    for (const kill of kills.filter(({ run }) => run === id)) {
      const next = own.find(({ number }) => number > kill.attempt)
      if (next !== undefined) recoveries.push((next.started - kill.at) / 1000)
    }
  }
  return { recoveries, lost }
}

export interface Options {
  readonly runs: number
  readonly steps: number
  /** Kills so many times at most, each some seconds after the one before. */
  readonly kills: number
}

/** Has two workers make short runs, kills one of them every few seconds and starts another in its place. */
export const drill = (place: Place, { kills: wanted, runs, steps }: Options): Promise<Drilled> =>
  inProject(async (project) => {
    project.write("e.ts", experiment(steps))
    const seeds = Array.from({ length: runs }, (_, seed) => ["--seed", String(seed)]).flat()
    const submitted = await project.ballast("submit", "e.ts", "--home", "home", "--engine", "wasm", ...seeds, ...place.flags)
    assert.strictEqual(submitted.code, 0, submitted.stderr)
    const workers = [startWorker(project, place), startWorker(project, place)]
    const kills: Array<Kill> = []
    let count = 0
    const left = async () => (await ask(project, place, "select id from runs where result is null")).length
    try {
      while (await left() > 0) {
        await milliseconds(2000 + Math.random() * 4000)
        if (count === wanted) continue
        const chosen = Math.floor(Math.random() * workers.length)
        const worker = workers[chosen]
        if (worker === undefined) continue
        if (Math.random() < atWorkShare) await untilAtWork(project, place, worker, left)
        kills.push(...await killed(project, place, worker))
        count += 1
        workers[chosen] = startWorker(project, place)
      }
    } finally {
      for (const worker of workers) worker.kill("SIGTERM")
      for (const { ended } of workers) await ended
    }
    return { kills: count, ...await inspect(project, place, steps, kills) }
  })
