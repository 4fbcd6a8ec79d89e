/**
 * Trainings that are killed at random moments with all of their processes, and what they come to in the end.
 */
import { assert } from "@effect/vitest"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type Ended, inProject, type Project, type Running } from "./project.ts"

const steps = 120
const checkpointEvery = 20

const experiment = `
import { Accumulate, Checkpoint, Clip, Dataset, Ema, Evaluate, Experiment, LearningRate, Model, Optimizer, Recipe,
  Warmup } from "ballast"

export default Experiment.make("killed", {
  question: "Does it come to the same weights?",
  arms: {
    only: Recipe.make({
      data: Dataset.shapes({ train: 32, val: 8, seed: 1 }),
      model: Model.classifier({ channels: [8, 16], input: 32 }),
      optimizer: Optimizer.adamw({ weightDecay: 0.01 }),
      schedule: LearningRate.cosine({ peak: 0.01, final: 0.001 }),
      warmup: Warmup.linear({ steps: 30 }),
      clip: Clip.auto({ percentile: 50 }),
      ema: Ema.exponential({ decay: 0.9, tau: 10 }),
      accumulate: Accumulate.batches(2),
      evaluate: Evaluate.every({ steps: 50 }),
      checkpoint: Checkpoint.every({ steps: ${checkpointEvery} }),
      batch: 4,
      length: { steps: ${steps} }
    })
  },
  seeds: [0],
  expect: []
})
`

interface ResultDocument {
  readonly runs: ReadonlyArray<{
    readonly status: string
    readonly steps: number
    readonly directory: string
    readonly metrics: Readonly<Record<string, unknown>>
    readonly attempts: ReadonlyArray<{ readonly number: number }>
  }>
}

/** Everything that a finished training must agree in: its last checkpoint, bit by bit, and its figures. */
const outcomeOf = ({ code, stderr, stdout }: Ended): Readonly<Record<string, unknown>> => {
  assert.strictEqual(code, 0, stderr)
  const [run] = (JSON.parse(stdout) as ResultDocument).runs
  if (run === undefined) return assert.fail(stdout)
  const { attempts, directory, metrics, status } = run
  const last = path.join(directory, `attempts/${attempts.at(-1)?.number}/checkpoints/step-${String(steps).padStart(6, "0")}`)
  const sums = fs.readdirSync(last).filter((file) => file.endsWith(".safetensors")).map((file) =>
    [file, createHash("sha256").update(fs.readFileSync(path.join(last, file))).digest("hex")] as const
  )
  const { accuracy, loss } = metrics
  return { status, steps: run.steps, accuracy, loss, ...Object.fromEntries(sums) }
}

export interface Killed {
  readonly kills: number
  readonly trainings: number
}

const milliseconds = (count: number): Promise<"late"> => new Promise((resolve) => setTimeout(() => resolve("late"), count))

/** How long a training takes that nobody disturbs: until it begins to train, and from then on. */
interface Pace {
  readonly starting: number
  training: number
}

/** A training that ended before its moment came was faster than was thought. */
const faster = 0.8

/** What is killed while it starts has done nothing yet: most are killed while they train. */
const startingShare = 0.2
/** How many are killed again when they are resumed. */
const againShare = 0.5

/** Waits for a random moment of a training; ends before where it ends by itself. */
const randomMoment = async ({ ended, says }: Running, { starting, training }: Pace): Promise<Ended | "late"> => {
  if (Math.random() < startingShare) return Promise.race([ended, milliseconds(Math.random() * starting)])
  const begun = await Promise.race([ended, says(" training").then(() => "training" as const, () => ended)])
  return begun === "training" ? Promise.race([ended, milliseconds(Math.random() * training)]) : begun
}

/** Whether there is something to resume: a process that is killed while it starts leaves nothing. */
const hasLaunch = (home: string): boolean => {
  try {
    const database = new DatabaseSync(path.join(home, "ballast.db"), { readOnly: true })
    const launch = database.prepare("select id from launches").get()
    database.close()
    return launch !== undefined
  } catch {
    return false
  }
}

/** Runs a training that is killed, and resumes it until it has ended, killed again or not. */
const throughKills = async ({ start }: Project, engine: string, home: string, pace: Pace, most: number) => {
  let kills = 0
  for (;;) {
    const command = hasLaunch(home) ? ["resume", "last"] : ["run", "e.ts", "--engine", engine]
    const running = start([...command, "--json", "--home", home])
    const disturbed = kills === 0 || (kills < most && Math.random() < againShare)
    const ended = disturbed ? await randomMoment(running, pace) : await running.ended
    if (ended !== "late") {
      if (disturbed) pace.training *= faster
      return { ended, kills }
    }
    running.killGroup()
    await running.ended
    kills += 1
  }
}

/** Trains without a disturbance, and tells what that comes to and how long it takes. */
const calm = async ({ start }: Project, engine: string) => {
  const began = performance.now()
  const running = start(["run", "e.ts", "--json", "--engine", engine, "--home", `calm-${engine}`])
  await running.says(" training")
  const starting = performance.now() - began
  const outcome = outcomeOf(await running.ended)
  return { outcome, pace: { starting, training: performance.now() - began - starting } }
}

/** Kills trainings on the engines in turn, until there were so many kills; each must end as one that nobody disturbed. */
export const drill = (engines: ReadonlyArray<string>, wanted: number): Promise<Killed> =>
  inProject(async (project) => {
    project.write("e.ts", experiment)
    const undisturbed: Array<Awaited<ReturnType<typeof calm>> & { readonly engine: string }> = []
    for (const engine of engines) undisturbed.push({ engine, ...(await calm(project, engine)) })
    let kills = 0
    let trainings = 0
    while (kills < wanted) {
      const expected = undisturbed[trainings % undisturbed.length]
      if (expected === undefined) throw new Error("no engine was named")
      const { engine, outcome, pace } = expected
      const home = path.join(project.folder, `killed-${trainings}`)
      const killed = await throughKills(project, engine, home, pace, wanted - kills)
      assert.deepStrictEqual(outcomeOf(killed.ended), outcome, `training ${trainings} on ${engine}, after ${killed.kills} kills`)
      kills += killed.kills
      trainings += 1
      fs.rmSync(home, { recursive: true, force: true })
    }
    return { kills, trainings }
  })
