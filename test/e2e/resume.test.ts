import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { childrenOf, inProject, lives, type Project } from "./project.ts"

const home = ["--home", "home", "--json"] as const

interface ResultDocument {
  readonly launch: string
  readonly verdict: string
  readonly expectations: ReadonlyArray<{ readonly holds: boolean | null }>
  readonly runs: ReadonlyArray<{
    readonly id: string
    readonly arm: string
    readonly status: string
    readonly steps: number
    readonly directory: string
    readonly attempts: ReadonlyArray<{
      readonly number: number
      readonly from: number
      readonly status: string
      readonly exact: { readonly exact: boolean; readonly reason: string | null } | null
      readonly remarks: ReadonlyArray<string>
    }>
  }>
}

const parsed = (stdout: string): ResultDocument => JSON.parse(stdout) as ResultDocument

/** A small classifier, long enough to be interrupted, and some of its recipe. */
const experiment = (options: { readonly recipe?: string; readonly arms?: string; readonly expect?: string } = {}): string => `
import { Augment, Checkpoint, Clip, Dataset, Expect, Experiment, Host, LearningRate, Model, Optimizer, Recipe } from "ballast"

const first = Recipe.make({
  data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
  model: Model.classifier({ channels: [4], input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.01),
  augment: Augment.off,
  checkpoint: Checkpoint.every({ steps: 50 }),
  batch: 4,
  length: { steps: 400 },
  ${options.recipe ?? ""}
})
const second = Recipe.with(first, { length: { steps: 10 } })

export default Experiment.make("resumed", {
  question: "Does it go on?",
  arms: ${options.arms ?? "{ first, second }"},
  seeds: [0],
  expect: ${options.expect ?? `[Expect.loss("first").below("second")]`}
})
`

/** Interrupts a launch in its first run, after its second checkpoint, that of step 100. */
const interrupted = async ({ start, write }: Project): Promise<ResultDocument> => {
  write("e.ts", experiment())
  const running = start(["run", "e.ts", "--engine", "wasm", ...home])
  await running.says("saved checkpoints/step-000100")
  running.kill("SIGINT")
  const { code, stderr, stdout } = await running.ended
  assert.strictEqual(code, 130, stderr)
  const result = parsed(stdout)
  assert.include(stderr, `npx ballast resume ${result.launch}`)
  assert.deepStrictEqual(result.runs.map(({ status }) => status), ["interrupted", "interrupted"])
  return result
}

const checkpointsOf = (directory: string, attempt: number): string => path.join(directory, `attempts/${attempt}/checkpoints`)

describe("ballast resume", () => {
  let shared: { readonly project: Project; readonly before: ResultDocument }
  let leave = (): void => undefined
  let left: Promise<void>
  beforeAll(async () => {
    const project = await new Promise<Project>((resolve, reject) => {
      left = inProject((project) =>
        new Promise<void>((resolveLeft) => {
          leave = resolveLeft
          resolve(project)
        })
      )
      left.catch(reject)
    })
    shared = { project, before: await interrupted(project) }
    fs.cpSync(path.join(project.folder, "home"), path.join(project.folder, "kept"), { recursive: true })
  }, 240_000)
  afterAll(() => {
    leave()
    return left
  })

  /** Lends the launch as it was when it was interrupted, whatever the tests before have made of it. */
  const afterInterruption = (use: (project: Project, before: ResultDocument) => Promise<void>): Promise<void> => {
    const { before, project } = shared
    fs.rmSync(path.join(project.folder, "home"), { recursive: true })
    fs.cpSync(path.join(project.folder, "kept"), path.join(project.folder, "home"), { recursive: true })
    project.write("e.ts", experiment())
    return use(project, before)
  }

  it("finishes what was interrupted or not begun, as one launch, and then has nothing left to do", () =>
    afterInterruption(async (project, before) => {
      const { code, stderr, stdout } = await project.ballast("resume", "last", ...home)
      assert.strictEqual(code, 0, stderr)
      assert.match(stderr, /^engine \w+: the run was begun with it$/m)
      const after = parsed(stdout)
      assert.strictEqual(after.launch, before.launch)
      assert.deepStrictEqual(after.runs.map(({ arm, status, steps }) => [arm, status, steps]), [
        ["first", "succeeded", 400],
        ["second", "succeeded", 10]
      ])
      assert.deepStrictEqual([after.verdict, after.expectations[0]?.holds], ["holds", true])
      const [one, two] = after.runs[0]?.attempts ?? []
      assert.strictEqual(one?.status, "interrupted")
      assert.deepStrictEqual([two?.from, two?.exact], [before.runs[0]?.steps, { exact: true, reason: null }])

      const again = await project.ballast("resume", after.launch, ...home)
      assert.strictEqual(again.code, 0, again.stderr)
      assert.include(again.stderr, "nothing is left to do")
      assert.deepStrictEqual(parsed(again.stdout), after)
    }), 240_000)

  it("refuses a checkpoint that is not as it was written, says why, and goes on from the one before", () =>
    afterInterruption(async (project, { runs: [run] }) => {
      const folder = checkpointsOf(run?.directory ?? "", 1)
      const last = fs.readdirSync(folder).toSorted().at(-1) ?? ""
      fs.truncateSync(path.join(folder, last, "weights.safetensors"), 100)
      const { code, stderr, stdout } = await project.ballast("resume", run?.id ?? "", ...home)
      // The other run is left as it is: its arm was not asked for.
      assert.strictEqual(code, 0, stderr)
      const [first, second] = parsed(stdout).runs
      const attempt = first?.attempts.at(-1)
      assert.deepStrictEqual([first?.status, second?.status], ["succeeded", "interrupted"])
      assert.match(attempt?.remarks.join() ?? "", /weights\.safetensors is cut short/)
      assert.match(stderr, /weights\.safetensors is cut short/)
      assert.isAtMost(attempt?.from ?? Infinity, Number(last.slice(5)) - 1)
      assert.isAtLeast(attempt?.from ?? 0, 50)
    }), 240_000)

  it("says field by field what forces a restart, and then begins anew or goes on as recorded", () =>
    afterInterruption(async (project, { launch, runs: [run] }) => {
      project.write("e.ts", experiment({ recipe: `clip: Clip.globalNorm(1), host: Host.make({ silence: "1 hour" })` }))
      const refused = await project.ballast("resume", launch, ...home)
      assert.deepStrictEqual(refused.code, 1)
      assert.match(refused.stderr, /clip: Clip\.off -> Clip\.globalNorm\(1\)\n +forces a restart: the first \d+ steps were clipped otherwise/)
      assert.include(refused.stderr, `npx ballast resume ${launch} --restart`)
      assert.include(refused.stderr, `npx ballast resume ${launch} --as-recorded`)
      assert.notInclude(refused.stderr, "silence")
      const { error, issues } = JSON.parse(refused.stdout) as {
        readonly error: string
        readonly issues: ReadonlyArray<{ readonly path: string }>
      }
      assert.deepStrictEqual([error, issues.map(({ path }) => path)], ["ForcesRestart", [`${run?.id}.clip`]])

      const recorded = await project.ballast("resume", launch, "--as-recorded", ...home)
      assert.strictEqual(recorded.code, 0, recorded.stderr)
      assert.isAtLeast(parsed(recorded.stdout).runs[0]?.attempts.at(-1)?.from ?? 0, 50)
    }), 240_000)

  it("begins anew with --restart, under a new attempt's number", () =>
    afterInterruption(async (project, { launch }) => {
      project.write("e.ts", experiment({ recipe: "clip: Clip.globalNorm(1)" }))
      const { code, stderr, stdout } = await project.ballast("resume", launch, "--restart", ...home)
      assert.strictEqual(code, 0, stderr)
      const [run] = parsed(stdout).runs
      assert.deepStrictEqual(run?.attempts.map(({ from, number }) => [number, from]), [[1, 0], [2, 0]])
      const recipe = JSON.parse(fs.readFileSync(path.join(run?.directory ?? "", "recipe.json"), "utf8")) as {
        readonly clip: { readonly _tag: string }
      }
      assert.strictEqual(recipe.clip._tag, "GlobalNorm")
    }), 240_000)

  it("goes on where what has changed bears on later steps alone", () =>
    afterInterruption(async (project, before) => {
      project.write("e.ts", experiment({ recipe: "length: { steps: 410 }" }))
      const { code, stderr, stdout } = await project.ballast("resume", "last", ...home)
      assert.strictEqual(code, 0, stderr)
      const [run] = parsed(stdout).runs
      const attempt = run?.attempts.at(-1)
      assert.deepStrictEqual([run?.steps, attempt?.from], [410, before.runs[0]?.steps])
      assert.deepStrictEqual(attempt?.exact, { exact: false, reason: "the training has changed since then" })
      assert.match(stderr, /not to the bit/)
    }), 240_000)

  it("refuses a launch that another process is at work on, and takes it over once that is gone", () =>
    inProject(async (project) => {
      project.write("e.ts", experiment({ recipe: "length: { steps: 1_000_000 }", arms: "{ first }", expect: "[]" }))
      const running = project.start(["run", "e.ts", "--engine", "wasm", ...home])
      await running.says("saved checkpoints/step-000100")
      const [training = -1] = childrenOf(running.pid)
      const refused = await project.ballast("resume", "last", ...home)
      assert.deepStrictEqual([refused.code, (JSON.parse(refused.stdout) as { readonly error: string }).error], [1, "LaunchHeld"])
      assert.include(refused.stderr, `process ${running.pid} is at work on launch`)
      running.kill("SIGKILL")
      await running.ended
      const resumed = project.start(["resume", "last", ...home])
      await resumed.says("from step")
      assert.isFalse(lives(training))
      const held = await project.ballast("resume", "last", ...home)
      assert.include(held.stderr, `process ${resumed.pid} is at work on launch`)
      resumed.kill("SIGTERM")
      const { code, stdout } = await resumed.ended
      assert.strictEqual(code, 143)
      assert.deepStrictEqual(parsed(stdout).runs[0]?.attempts.map(({ number }) => number), [1, 2])
    }), 240_000)

  it("says what there is where nothing has that id, and ends with 2", () =>
    afterInterruption(async (project) => {
      project.write("e.ts", experiment({ arms: "{ second }", expect: "[]" }))
      const [none, unknown, gone] = await project.each([
        ["resume", "last", "--home", "empty"],
        ["resume", "zzz", "--home", "home"],
        ["resume", "last", "--home", "home"]
      ])
      assert.strictEqual(none?.code, 3)
      assert.strictEqual(unknown?.code, 2)
      assert.match(unknown?.stderr ?? "", /there is no run or launch "zzz"/)
      assert.strictEqual(gone?.code, 2)
      assert.match(gone?.stderr ?? "", /there is no arm "first"/)
    }), 240_000)
})
