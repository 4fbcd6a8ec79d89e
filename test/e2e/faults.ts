/**
 * Faults that are brought about in whole runs, and what is to be made of each.
 */
import { assert } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Safetensors from "../../runtime/train/Safetensors.ts"
import { inProject } from "./project.ts"

export const families = ["detector", "classifier"] as const
export type Family = typeof families[number]

export const engines = ["tensorflow", "wasm"] as const
export type EngineName = typeof engines[number]

/** How long the trainings are, and how often they write a checkpoint. */
export const steps = 40
export const checkpointEvery = 10

/** What is to come of an injection, whatever the engine and the network. */
export interface Case {
  readonly injection: string
  readonly retry: string
  readonly fault: string
  readonly verdict: string | null
  /** What the fault's node begins with, where it is told. */
  readonly node: string | null
  /** What the decision after the first attempt says, with its fields; null where the run ends there. */
  readonly remedy: RegExp | null
  readonly exit: number
  readonly attempts: number
}

const diagnosed = "Retry.diagnosed({ trials: { steps: 120 } })"
const never = "Retry.never"
const ladder = "Retry.ladder(Remedy.tightenClip({ start: 2 }), Remedy.scaleLearningRate())"

const cured = { exit: 0, attempts: 2 } as const
const ended = { exit: 4, attempts: 1, remedy: null } as const
const numeric = { fault: "NonFinite", node: null } as const
const machine = { retry: diagnosed, verdict: null, node: null, ...cured } as const

/** The injections with what `Retry.diagnosed`, `Retry.never` and a ladder make of them. */
export const cases: ReadonlyArray<Case> = [
  { injection: "nan@25", retry: diagnosed, ...numeric, verdict: "transient", remedy: /the same again|back/, ...cured },
  { injection: "nan@25", retry: never, ...numeric, verdict: "transient", ...ended },
  { injection: "nan@25!", retry: diagnosed, ...numeric, verdict: "bad-graph", ...ended },
  { injection: "nan@25!:backbone.1.conv", retry: diagnosed, fault: "NonFinite", verdict: "bad-graph", node: "backbone.1.conv", ...ended },
  { injection: "inf-gradient@25", retry: diagnosed, ...numeric, verdict: "transient", remedy: /the same again|back/, ...cured },
  { injection: "inf-gradient@25!", retry: diagnosed, ...numeric, verdict: "bad-graph", ...ended },
  { injection: "bad-image@7", retry: diagnosed, ...numeric, verdict: "bad-data", remedy: /#7/, ...cured },
  { injection: "nan@25", retry: ladder, ...numeric, verdict: "transient", remedy: /[Cc]lip/, ...cured },
  { injection: "oom@25", fault: "OutOfMemory", remedy: /batch/, ...machine },
  { injection: "kill@25", fault: "WorkerLost", remedy: /again/, ...machine },
  { injection: "stall@25", fault: "Timeout", remedy: /again/, ...machine },
  { injection: "disk-full@checkpoint:2", fault: "WorkerLost", remedy: /again/, ...machine }
]

const networks: Readonly<Record<Family, string>> = {
  detector: "model: Model.yolo({ depth: 0.33, width: 0.125, input: 32 }), optimizer: Optimizer.sgd({ momentum: 0.9 }), "
    + "schedule: LearningRate.constant(0.005), ema: Ema.exponential({ decay: 0.9, tau: 10 }),",
  classifier: "model: Model.classifier({ channels: [8, 16], input: 32 }), optimizer: Optimizer.adamw({ weightDecay: 0.01 }), "
    + "schedule: LearningRate.constant(0.001), accumulate: Accumulate.batches(2),"
}

const experiment = (family: Family, retry: string): string => `
import { Accumulate, Augment, Checkpoint, Clip, Dataset, Ema, Experiment, Host, LearningRate, Model, Optimizer, Recipe, Remedy,
  Retry } from "ballast"

export default Experiment.make("faults", {
  question: "What is made of a fault?",
  arms: {
    only: Recipe.make({
      data: Dataset.shapes({ train: 32, val: 8, seed: 1 }),
      ${networks[family]}
      augment: Augment.off,
      clip: Clip.globalNorm(10),
      batch: 4,
      checkpoint: Checkpoint.every({ steps: ${checkpointEvery} }),
      host: Host.make({ silence: "8 seconds" }),
      retry: ${retry},
      length: { steps: ${steps} }
    })
  },
  seeds: [0],
  expect: []
})
`

interface AttemptDocument {
  readonly from: number
  readonly fault: { readonly tag: string; readonly step: number | null; readonly injected: string | null } | null
  readonly diagnosis: { readonly verdict: string; readonly node: string | null } | null
  readonly remedy: { readonly change: string; readonly from: number } | null
}

interface ResultDocument {
  readonly runs: ReadonlyArray<{
    readonly status: string
    readonly steps: number
    readonly directory: string
    readonly attempts: ReadonlyArray<AttemptDocument>
  }>
}

/** Lists the tensors of everything that a run has kept but for the batches that it failed with. */
const keptTensors = (directory: string): ReadonlyArray<{ readonly file: string; readonly finite: boolean }> =>
  fs.readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".safetensors") && path.basename(file) !== "batches.safetensors")
    .map((file) => ({
      file,
      finite: Safetensors.decode(fs.readFileSync(path.join(directory, file))).every(({ data, name }) =>
        // The history tells of the step that was not finite as it was.
        file.endsWith("history.safetensors") || data.every(Number.isFinite) || assert.fail(`${file}: ${name} is not finite`)
      )
    }))

/** Runs one case and asserts that all of it comes as it should. */
export const check = (wanted: Case, engine: EngineName, family: Family): Promise<void> =>
  inProject(async ({ ballast, write }) => {
    write("e.ts", experiment(family, wanted.retry))
    const { code, stderr, stdout } = await ballast("run", "e.ts", "--json", "--engine", engine, "--inject", wanted.injection)
    const said = `${wanted.injection} on ${engine}, ${family}, ${wanted.retry}\n${stderr}\n${stdout}`
    assert.strictEqual(code, wanted.exit, said)
    const [run] = (JSON.parse(stdout) as ResultDocument).runs
    if (run === undefined) return assert.fail(said)
    const [first, second] = run.attempts
    assert.strictEqual(run.status, wanted.exit === 0 ? "succeeded" : "failed", said)
    assert.strictEqual(run.attempts.length, wanted.attempts, said)
    assert.strictEqual(first?.fault?.tag, wanted.fault, said)
    assert.strictEqual(first?.diagnosis?.verdict ?? null, wanted.verdict, said)
    if (wanted.node !== null) assert.isTrue(first?.diagnosis?.node?.startsWith(wanted.node), said)
    if (wanted.remedy === null) assert.isNull(first?.remedy, said)
    else assert.match(JSON.stringify(first?.remedy), wanted.remedy, said)
    // A process that was killed or hangs cannot tell why; whoever watched it knows what it was told to do.
    assert.strictEqual(first?.fault?.injected, wanted.injection, said)
    if (wanted.exit === 0) {
      assert.strictEqual(run.steps, steps, said)
      const failedAt = first?.fault?.step ?? 0
      assert.isAtMost(failedAt - (second?.from ?? 0), checkpointEvery, `too many steps are taken again: ${said}`)
    }
    const kept = keptTensors(run.directory)
    assert.isAbove(kept.length, 0, said)
  })
