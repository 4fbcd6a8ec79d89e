import * as fs from "node:fs"
import * as path from "node:path"
import { inProject, type Project, type Running } from "../test/e2e/project.ts"
import { experiment } from "../test/e2e/workers.ts"
import type { Bench } from "./Bench.ts"
import * as Timing from "./Timing.ts"

const turns = 7

const work = (project: Project, ...more: ReadonlyArray<string>): Running =>
  project.start(["worker", "--home", "home", "--log-format", "json", ...more])

const submit = async (project: Project): Promise<number> => {
  const at = Date.now()
  const { code, stderr } = await project.ballast("submit", "e.ts", "--home", "home", "--engine", "wasm", "--fresh")
  if (code !== 0) throw new Error(`it was not submitted: ${stderr}`)
  return at
}

/** Reads off a worker's log when it took its last first step. */
const firstStep = (log: string): number => {
  const lines = log.trimEnd().split("\n").map((line) => JSON.parse(line) as { readonly message: string; readonly timestamp: string })
  const step = lines.findLast(({ message }) => message === "step")
  if (step === undefined) throw new Error(`no step was taken: ${log}`)
  return Date.parse(step.timestamp)
}

const cold = (project: Project) => async (): Promise<ReadonlyArray<number>> => {
  const at = await submit(project)
  const { stderr } = await work(project, "--once").ended
  return [firstStep(stderr) - at]
}

const warm = (project: Project) => async (): Promise<ReadonlyArray<number>> => {
  const worker = work(project)
  await worker.says("waiting for runs")
  const at = await submit(project)
  await worker.says("run succeeded")
  worker.kill("SIGTERM")
  const { stderr } = await worker.ended
  return [firstStep(stderr) - at]
}

const own = (project: Project) => async (): Promise<ReadonlyArray<number>> => {
  const at = Date.now()
  const running = project.start(["run", "e.ts", "--home", "home", "--engine", "wasm", "--json"])
  const { stdout } = await running.ended
  const [run] = (JSON.parse(stdout) as { readonly runs: ReadonlyArray<{ readonly directory: string }> }).runs
  // The first lines are written at most a quarter of a second after the first step.
  return [fs.statSync(path.join(run?.directory ?? "", "attempts/1/events.jsonl")).birthtimeMs - at]
}

/** Measures how long it takes from `ballast submit` to the first step, with a worker that waits and with one that is started. */
export const firstStepTaken: Bench = {
  title: "from the start of ballast submit to the first step of a small classifier on wasm",
  prediction: "at most 3 s with a worker that waits, 5 s with one that is started after it",
  measure: () =>
    inProject(async (project) => {
      project.write("e.ts", experiment(2))
      await submit(project)
      await work(project, "--once").ended
      const times = await Timing.alternate(turns, { warm: warm(project), cold: cold(project), own: own(project) })
      const [waits, started, run] = [times["warm"] ?? [], times["cold"] ?? [], times["own"] ?? []]
      return [
        Timing.told("submit to a worker that waits", waits),
        Timing.told("submit, then start a worker", started),
        Timing.told("ballast run, to its first event", run),
        `waits / started = ${(Timing.median(waits) / Timing.median(started)).toFixed(2)}`
      ]
    })
}
